"""Creates, calls, changes and deletes an HTTP API with boto3. Arguments: URL of the gateway, URL of a backend."""

import sys
import urllib.error
import urllib.request

import boto3
from botocore.exceptions import ClientError

gateway, backend = sys.argv[1:]
client = boto3.client(
    "apigatewayv2",
    endpoint_url=gateway,
    region_name="us-east-1",
    aws_access_key_id="test",
    aws_secret_access_key="test",
)


def status_of(path, method="GET", headers=None):
    request = urllib.request.Request(gateway + path, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def expect(actual, expected):
    assert actual == expected, f"{actual!r} is not {expected!r}"


api = client.create_api(
    Name="books",
    ProtocolType="HTTP",
    CorsConfiguration={"AllowOrigins": ["https://books.example"], "AllowMethods": ["GET"]},
)
api_id = api["ApiId"]
expect(api["RouteSelectionExpression"], "$request.method $request.path")
integration = client.create_integration(
    ApiId=api_id,
    IntegrationType="HTTP_PROXY",
    IntegrationMethod="ANY",
    IntegrationUri=backend,
    PayloadFormatVersion="1.0",
    RequestParameters={"append:header.rid": "$context.requestId", "remove:header.x-old": ""},
    ResponseParameters={"404": {"overwrite:statuscode": "410"}},
)
integration_id = integration["IntegrationId"]
expect(integration["TimeoutInMillis"], 30000)
route = client.create_route(ApiId=api_id, RouteKey="GET /books", Target=f"integrations/{integration_id}")
stage = client.create_stage(ApiId=api_id, StageName="$default")
expect(status_of("/books"), 404)
deployment = client.create_deployment(ApiId=api_id, StageName="$default", Description="first")
expect(deployment["DeploymentStatus"], "DEPLOYED")
expect(status_of("/books"), 200)
expect(status_of("/none"), 404)
expect(
    status_of(
        "/books",
        "OPTIONS",
        {"Origin": "https://books.example", "Access-Control-Request-Method": "GET"},
    ),
    204,
)

# everything can be read, listed and changed
expect(client.get_api(ApiId=api_id)["Name"], "books")
expect([item["ApiId"] for item in client.get_apis()["Items"]], [api_id])
expect(client.get_routes(ApiId=api_id)["Items"][0]["RouteKey"], "GET /books")
expect(client.get_integrations(ApiId=api_id)["Items"][0]["IntegrationId"], integration_id)
expect(client.get_stages(ApiId=api_id)["Items"][0]["StageName"], "$default")
expect(len(client.get_deployments(ApiId=api_id)["Items"]), 1)
changed = client.update_integration(
    ApiId=api_id, IntegrationId=integration_id, RequestParameters={"append:header.rid": ""}
)
expect(changed["RequestParameters"], {"remove:header.x-old": ""})
client.update_route(ApiId=api_id, RouteId=route["RouteId"], RouteKey="GET /all")
client.update_stage(ApiId=api_id, StageName="$default", AutoDeploy=True, StageVariables={"env": "blue"})
expect(status_of("/all"), 200)
client.update_api(ApiId=api_id, Description="all books")
client.delete_cors_configuration(ApiId=api_id)
expect("CorsConfiguration" in client.get_api(ApiId=api_id), False)

# authorizers, VPC links, domain names, tags
authorizer = client.create_authorizer(
    ApiId=api_id,
    Name="token",
    AuthorizerType="REQUEST",
    AuthorizerUri="arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:000000000000:function:auth/invocations",
    AuthorizerPayloadFormatVersion="2.0",
    EnableSimpleResponses=True,
    IdentitySource=["$request.header.Authorization"],
)
client.update_authorizer(
    ApiId=api_id, AuthorizerId=authorizer["AuthorizerId"], AuthorizerResultTtlInSeconds=60
)
expect(len(client.get_authorizers(ApiId=api_id)["Items"]), 1)
client.reset_authorizers_cache(ApiId=api_id, StageName="$default")
client.delete_authorizer(ApiId=api_id, AuthorizerId=authorizer["AuthorizerId"])
link = client.create_vpc_link(Name="link", SubnetIds=["subnet-1"])
expect(client.get_vpc_link(VpcLinkId=link["VpcLinkId"])["VpcLinkStatus"], "AVAILABLE")
client.update_vpc_link(VpcLinkId=link["VpcLinkId"], Name="other")
client.delete_vpc_link(VpcLinkId=link["VpcLinkId"])
client.create_domain_name(
    DomainName="books.example",
    DomainNameConfigurations=[{"CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/1"}],
)
mapping = client.create_api_mapping(
    DomainName="books.example", ApiId=api_id, Stage="$default", ApiMappingKey="v1/books"
)
expect(status_of("/v1/books/all", headers={"Host": "books.example"}), 200)
client.delete_api_mapping(DomainName="books.example", ApiMappingId=mapping["ApiMappingId"])
client.delete_domain_name(DomainName="books.example")
arn = f"arn:aws:apigateway:us-east-1::/apis/{api_id}"
client.tag_resource(ResourceArn=arn, Tags={"team": "books"})
expect(client.get_tags(ResourceArn=arn)["Tags"], {"team": "books"})

# refusals are the exceptions of AWS
try:
    client.create_route(ApiId=api_id, RouteKey="GET /all")
except ClientError as error:
    expect(error.response["Error"]["Code"], "ConflictException")
else:
    raise AssertionError("a second route with the same key was created")

client.delete_route(ApiId=api_id, RouteId=route["RouteId"])
client.delete_integration(ApiId=api_id, IntegrationId=integration_id)
client.delete_stage(ApiId=api_id, StageName="$default")
client.delete_api(ApiId=api_id)
expect(client.get_apis()["Items"], [])

quick = client.create_api(Name="quick", ProtocolType="HTTP", Target=backend)
expect(status_of("/anything"), 200)
client.delete_api(ApiId=quick["ApiId"])
