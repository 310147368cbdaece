using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Quai.Api.System;
using Quai.Errors;

namespace Quai.Daemon.Http;

/// <summary>The only place where a failure becomes a status and a body.</summary>
internal static partial class ErrorAnswer
{
    /// <summary>The status of a failure, as in Docker.</summary>
    public static int StatusOf(Exception error) => error switch
    {
        QuaiException known => known.Kind switch
        {
            ErrorKind.InvalidParameter => StatusCodes.Status400BadRequest,
            ErrorKind.Unauthorized => StatusCodes.Status401Unauthorized,
            ErrorKind.Forbidden => StatusCodes.Status403Forbidden,
            ErrorKind.NotFound => StatusCodes.Status404NotFound,
            ErrorKind.Conflict => StatusCodes.Status409Conflict,
            ErrorKind.NotModified => StatusCodes.Status304NotModified,
            ErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
            ErrorKind.NotImplemented => StatusCodes.Status501NotImplemented,
            _ => StatusCodes.Status500InternalServerError,
        },
        BadHttpRequestException bad => bad.StatusCode,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>What the client is told: our own sentences whole, of anything unexpected only its message on one line.</summary>
    public static string MessageOf(Exception error) => error is QuaiException ? error.Message : OnOneLine(error.Message);

    /// <summary>Answers with the failure, unless the answer has begun: then the connection is cut, so that the client sees that it is incomplete.</summary>
    public static Task Send(HttpContext http, Exception error, ILogger log)
    {
        int status = StatusOf(error);
        string message = MessageOf(error);
        if (status == StatusCodes.Status500InternalServerError)
        {
            if (error is QuaiException)
            {
                Failed(log, http.Request.Method, http.Request.Path, OnOneLine(message));
            }
            else
            {
                Unexpected(log, http.Request.Method, http.Request.Path, error);
            }
        }
        else
        {
            Refused(log, http.Request.Method, http.Request.Path, (HttpStatusCode)status, OnOneLine(message));
        }

        if (http.Response.HasStarted)
        {
            http.Abort();
            return Task.CompletedTask;
        }

        http.Response.StatusCode = status;
        if (status == StatusCodes.Status304NotModified)
        {
            return Task.CompletedTask;
        }

        ReadOnlyMemory<byte> body = Json.Line(new ErrorResponse(message), Json.Types.ErrorResponse);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        return http.Request.Method == "HEAD" ? Task.CompletedTask : http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    private static string OnOneLine(string message) => message.ReplaceLineEndings(" ");

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Path} refused ({Status}): {Reason}")]
    private static partial void Refused(ILogger log, string method, string path, HttpStatusCode status, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed: {Reason}")]
    private static partial void Failed(ILogger log, string method, string path, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed unexpectedly")]
    private static partial void Unexpected(ILogger log, string method, string path, Exception error);
}
