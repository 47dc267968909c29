import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Lambda authorizer that speaks the runtime API without a runtime client: `java Authorizer.java`. */
public class Authorizer {
  public static void main(String[] arguments) throws Exception {
    String api = "http://" + System.getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/";
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    while (true) {
      var next = client.send(HttpRequest.newBuilder(URI.create(api + "next")).build(), BodyHandlers.ofString());
      String id = next.headers().firstValue("Lambda-Runtime-Aws-Request-Id").orElseThrow();
      var response = HttpRequest.newBuilder(URI.create(api + id + "/response"));
      client.send(
          response.POST(HttpRequest.BodyPublishers.ofString(handle(next.body()))).build(), BodyHandlers.discarding());
    }
  }

  private static String handle(String event) {
    String effect = event.contains("\"token\":\"good\"") ? "Allow" : "Deny";
    Matcher arn = Pattern.compile("\"methodArn\":\"([^\"]+)\"").matcher(event);
    if (!arn.find()) throw new IllegalArgumentException("no methodArn");
    return """
        {"principalId": "java", "context": {"language": "java"}, "policyDocument": {"Version": "2012-10-17", "Statement":
        [{"Action": "execute-api:Invoke", "Effect": "%s", "Resource": "%s"}]}}"""
        .formatted(effect, arn.group(1));
  }
}
