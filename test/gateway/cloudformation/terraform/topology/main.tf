# A WebSocket API and an HTTP API in front of private load balancers and a Cloud Map service: the twin of template.yaml.
# plan.json and state.json are what `terraform show -json` prints of it (README.md says how they were made).

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

variable "subnets" {
  type    = list(string)
  default = ["subnet-0a1b2c3d", "subnet-1a2b3c4d"]
}

variable "books_routes" {
  type = map(object({ integration = string, scopes = optional(list(string)) }))
  default = {
    "GET /books"      = { integration = "books" }
    "ANY /orders"     = { integration = "orders" }
    "GET /books/{id}" = { integration = "books" }
  }
}

# the network

resource "aws_lb" "chat" {
  name               = "chat"
  internal           = true
  load_balancer_type = "network"
  subnets            = var.subnets
}

resource "aws_lb_target_group" "chat" {
  name        = "chat"
  port        = 8080
  protocol    = "TCP"
  target_type = "ip"
  vpc_id      = "vpc-0a1b2c3d"
}

resource "aws_lb_target_group_attachment" "chat" {
  target_group_arn = aws_lb_target_group.chat.arn
  target_id        = "10.0.1.17"
}

resource "aws_lb_listener" "chat" {
  load_balancer_arn = aws_lb.chat.arn
  port              = 80
  protocol          = "TCP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.chat.arn
  }
}

resource "aws_lb" "books" {
  name     = "books"
  internal = true
  subnets  = var.subnets
}

resource "aws_lb_listener" "books" {
  load_balancer_arn = aws_lb.books.arn
  port              = 8081
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.chat.arn
  }
}

resource "aws_service_discovery_private_dns_namespace" "internal" {
  name = "internal"
  vpc  = "vpc-0a1b2c3d"
}

resource "aws_service_discovery_service" "orders" {
  name = "orders"

  dns_config {
    namespace_id = aws_service_discovery_private_dns_namespace.internal.id

    dns_records {
      ttl  = 10
      type = "SRV"
    }
  }
}

resource "aws_ecs_service" "orders" {
  name = "orders"

  service_registries {
    registry_arn   = aws_service_discovery_service.orders.arn
    container_name = "orders"
    container_port = 8082
  }
}

# the WebSocket API

resource "aws_iam_role" "authorizer" {
  name               = "authorizer"
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }] })
}

resource "aws_lambda_function" "authorizer" {
  function_name = "authorizer"
  role          = aws_iam_role.authorizer.arn
  filename      = "authorizer.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
}

resource "aws_api_gateway_vpc_link" "chat" {
  name        = "chat"
  target_arns = [aws_lb.chat.arn]
}

resource "aws_cloudwatch_log_group" "access" {
  name = "/chat/access"
}

module "chat" {
  source = "./modules/websocket"

  name           = "chat"
  backend        = "http://${aws_lb.chat.dns_name}"
  vpc_link_id    = aws_api_gateway_vpc_link.chat.id
  authorizer     = aws_lambda_function.authorizer
  log_group_arn  = aws_cloudwatch_log_group.access.arn
  has_authorizer = true
}

# the HTTP API

resource "aws_apigatewayv2_api" "books" {
  name          = "books"
  protocol_type = "HTTP"

  cors_configuration {
    allow_origins = ["https://books.example.com"]
    allow_methods = ["GET"]
  }
}

resource "aws_apigatewayv2_vpc_link" "private" {
  name               = "private"
  security_group_ids = []
  subnet_ids         = var.subnets
}

resource "aws_apigatewayv2_integration" "books" {
  api_id             = aws_apigatewayv2_api.books.id
  integration_type   = "HTTP_PROXY"
  integration_method = "ANY"
  integration_uri    = aws_lb_listener.books.arn
  connection_type    = "VPC_LINK"
  connection_id      = aws_apigatewayv2_vpc_link.private.id

  request_parameters = {
    "append:header.from" = "terraform"
  }

  response_parameters {
    status_code = "200"
    mappings = {
      "append:header.x-served-by" = "books"
    }
  }
}

resource "aws_apigatewayv2_integration" "orders" {
  api_id             = aws_apigatewayv2_api.books.id
  integration_type   = "HTTP_PROXY"
  integration_method = "ANY"
  integration_uri    = aws_service_discovery_service.orders.arn
  connection_type    = "VPC_LINK"
  connection_id      = aws_apigatewayv2_vpc_link.private.id
}

resource "aws_apigatewayv2_route" "books" {
  for_each = { for key, route in var.books_routes : key => route if route.integration == "books" }

  api_id    = aws_apigatewayv2_api.books.id
  route_key = each.key
  target    = "integrations/${aws_apigatewayv2_integration.books.id}"
}

resource "aws_apigatewayv2_route" "orders" {
  for_each = { for key, route in var.books_routes : key => route if route.integration == "orders" }

  api_id    = aws_apigatewayv2_api.books.id
  route_key = each.key
  target    = "integrations/${aws_apigatewayv2_integration.orders.id}"
}

resource "aws_apigatewayv2_stage" "books" {
  api_id      = aws_apigatewayv2_api.books.id
  name        = "$default"
  auto_deploy = true
}

resource "aws_apigatewayv2_domain_name" "books" {
  domain_name = "books.example.com"

  domain_name_configuration {
    certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-0000-0000-0000-000000000000"
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }
}

resource "aws_apigatewayv2_api_mapping" "books" {
  api_id          = aws_apigatewayv2_api.books.id
  domain_name     = aws_apigatewayv2_domain_name.books.id
  stage           = aws_apigatewayv2_stage.books.id
  api_mapping_key = "v1"
}
