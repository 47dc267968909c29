variable "name" { type = string }
variable "backend" { type = string }
variable "vpc_link_id" { type = string }
variable "authorizer" { type = object({ arn = string, invoke_arn = string, function_name = string }) }
variable "has_authorizer" { type = bool }
variable "log_group_arn" { type = string }

variable "routes" {
  type = map(object({ path = string, parameters = optional(map(string), {}), is_two_way = optional(bool, false) }))
  default = {
    "$connect"    = { path = "connect", parameters = { "integration.request.header.Token" = "route.request.querystring.token" } }
    "$disconnect" = { path = "disconnect" }
    "$default"    = { path = "message", is_two_way = true }
  }
}

resource "aws_apigatewayv2_api" "this" {
  name                       = var.name
  protocol_type              = "WEBSOCKET"
  route_selection_expression = "$request.body.action"
}

resource "aws_apigatewayv2_authorizer" "this" {
  count = var.has_authorizer ? 1 : 0

  api_id           = aws_apigatewayv2_api.this.id
  name             = "token"
  authorizer_type  = "REQUEST"
  authorizer_uri   = var.authorizer.invoke_arn
  identity_sources = ["route.request.querystring.token"]
}

resource "aws_lambda_permission" "authorizer" {
  count = var.has_authorizer ? 1 : 0

  action        = "lambda:InvokeFunction"
  function_name = var.authorizer.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/authorizers/${aws_apigatewayv2_authorizer.this[0].id}"
}

module "route" {
  source   = "../route"
  for_each = var.routes

  api_id        = aws_apigatewayv2_api.this.id
  route_key     = each.key
  uri           = "${var.backend}/${each.value.path}"
  vpc_link_id   = var.vpc_link_id
  authorizer_id = each.key == "$connect" ? one(aws_apigatewayv2_authorizer.this[*].id) : null
  parameters    = each.value.parameters
  is_two_way    = each.value.is_two_way
}

resource "aws_apigatewayv2_deployment" "this" {
  api_id     = aws_apigatewayv2_api.this.id
  depends_on = [module.route]

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_apigatewayv2_stage" "this" {
  api_id        = aws_apigatewayv2_api.this.id
  name          = "dev"
  deployment_id = aws_apigatewayv2_deployment.this.id

  stage_variables = {
    tenant = "acme"
  }

  default_route_settings {
    throttling_burst_limit = 500
    throttling_rate_limit  = 1000
  }

  access_log_settings {
    destination_arn = var.log_group_arn
    format          = jsonencode({ id = "$context.requestId", route = "$context.routeKey" })
  }
}

output "endpoint" {
  value = aws_apigatewayv2_stage.this.invoke_url
}
