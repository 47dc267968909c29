# Ways in which configurations refer to resources. plan.json is what `terraform show -json` prints of a plan of it.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    random = {
      source = "hashicorp/random"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

variable "routes" {
  type = map(object({ function = string, throttled = optional(bool, false) }))
  default = {
    "$connect" = { function = "connect" }
    "$default" = { function = "message" }
  }
}

variable "is_public" {
  type    = bool
  default = true
}

resource "random_password" "gateway" {
  length = 32
}

resource "aws_apigatewayv2_api" "chat" {
  count = var.is_public ? 1 : 0

  name                       = "chat"
  protocol_type              = "WEBSOCKET"
  route_selection_expression = "$request.body.action"
}

locals {
  # Terraform prints nothing about local values
  api_id = aws_apigatewayv2_api.chat[0].id
}

resource "aws_lambda_function" "handler" {
  for_each = toset(["connect", "message"])

  function_name = "chat-${each.key}"
  role          = "arn:aws:iam::123456789012:role/chat"
  filename      = "${each.key}.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
}

resource "aws_lambda_permission" "handler" {
  for_each = aws_lambda_function.handler

  action        = "lambda:InvokeFunction"
  function_name = each.value.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.chat[0].execution_arn}/*/*"
}

resource "aws_apigatewayv2_integration" "function" {
  for_each = var.routes

  api_id             = local.api_id
  integration_type   = "AWS_PROXY"
  integration_method = "POST"
  integration_uri    = aws_lambda_function.handler[each.value.function].invoke_arn
}

resource "aws_apigatewayv2_integration" "backend" {
  api_id             = local.api_id
  integration_type   = "HTTP_PROXY"
  integration_method = "POST"
  integration_uri    = "https://backend.example.com/message"

  request_parameters = {
    "integration.request.header.ConnectionId" = "context.connectionId"
    "integration.request.header.Secret"       = "'${random_password.gateway.result}'"
  }
}

resource "aws_apigatewayv2_route" "function" {
  for_each = aws_apigatewayv2_integration.function

  api_id    = local.api_id
  route_key = each.key
  target    = "integrations/${each.value.id}"
}

resource "aws_apigatewayv2_route" "backend" {
  api_id    = local.api_id
  route_key = "send"
  target    = "integrations/${aws_apigatewayv2_integration.backend.id}"
}

resource "aws_apigatewayv2_deployment" "chat" {
  api_id = local.api_id

  triggers = {
    redeployment = sha1(join(",", [
      jsonencode(aws_apigatewayv2_route.function),
      jsonencode(aws_apigatewayv2_route.backend),
    ]))
  }
}

resource "aws_apigatewayv2_stage" "chat" {
  api_id        = local.api_id
  name          = "dev"
  deployment_id = aws_apigatewayv2_deployment.chat.id

  default_route_settings {
    logging_level = "ERROR"
  }
}
