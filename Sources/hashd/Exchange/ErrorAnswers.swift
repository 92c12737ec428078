import HTTPTypes
import HashEngine
import Hummingbird
import Logging

/// Turns every error of the handlers behind it into an error answer.
struct ErrorAnswers: RouterMiddleware {
  typealias Context = APIContext

  func handle(
    _ request: Request, context: APIContext,
    next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    context.exchange.note { $0.endpoint = context.endpointPath }
    let problem: APIError
    do {
      return try await next(request, context)
    } catch let error as APIError {
      problem = error
    } catch let error as ImageError {
      problem = APIError(error)
    } catch let error as ListError {
      if error.storage != nil { log(error, context) }
      problem = APIError(error)
    } catch let error as StorageError {
      log(error, context)
      problem = APIError(error)
    } catch is HTTPError {
      problem = Endpoint.refusal(of: request)
    } catch {
      log(error, context)
      problem = APIError(.internalServerError, "failed", "the daemon failed; its log says more")
    }
    context.exchange.note { $0.errorCode = problem.code }
    var response = Response.json(
      ErrorAnswer(problem, requestID: context.exchange.id), status: problem.status)
    response.headers.append(contentsOf: problem.headers)
    return response
  }

  private func log(_ error: any Error, _ context: APIContext) {
    context.logger.error(
      "failed", metadata: ["request_id": "\(context.exchange.id)", "error": "\(error)"])
  }
}
