variable "api_id" { type = string }
variable "route_key" { type = string }
variable "uri" { type = string }
variable "vpc_link_id" { type = string }
variable "authorizer_id" { type = string }
variable "parameters" { type = map(string) }
variable "is_two_way" { type = bool }

resource "aws_apigatewayv2_integration" "this" {
  api_id               = var.api_id
  integration_type     = "HTTP_PROXY"
  integration_method   = "POST"
  integration_uri      = var.uri
  connection_type      = "VPC_LINK"
  connection_id        = var.vpc_link_id
  timeout_milliseconds = 10000

  request_parameters = merge({
    "integration.request.header.ConnectionId" = "context.connectionId"
    "integration.request.header.Tenant"       = "stageVariables.tenant"
  }, var.parameters)
}

resource "aws_apigatewayv2_route" "this" {
  api_id                              = var.api_id
  route_key                           = var.route_key
  target                              = "integrations/${aws_apigatewayv2_integration.this.id}"
  authorization_type                  = var.route_key == "$connect" ? "CUSTOM" : "NONE"
  authorizer_id                       = var.authorizer_id
  route_response_selection_expression = var.is_two_way ? "$default" : null

  dynamic "request_parameter" {
    for_each = [for source in values(var.parameters) : source if startswith(source, "route.")]

    content {
      request_parameter_key = request_parameter.value
      required              = false
    }
  }
}

resource "aws_apigatewayv2_route_response" "this" {
  count = var.is_two_way ? 1 : 0

  api_id             = var.api_id
  route_id           = aws_apigatewayv2_route.this.id
  route_response_key = "$default"
}
