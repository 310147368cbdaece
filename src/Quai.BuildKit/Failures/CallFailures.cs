using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Quai.Build.Frontends;
using Quai.BuildProtocol.Errors;
using Quai.Errors;
using RpcStatus = Quai.BuildProtocol.Errors.Status;

namespace Quai.BuildKit.Failures;

/// <summary>The one place where failures become statuses of gRPC, and back where a client passes one on.</summary>
internal static class CallFailures
{
    private const string Details = "grpc-status-details-bin";

    /// <summary>How a call ends that failed.</summary>
    public static RpcException Describe(Exception error)
    {
        RpcStatus status = StatusOf(error);
        Metadata trailers = [];
        if (status.Details.Count > 0 || Find<ReturnedErrorException>(error) is not null)
        {
            trailers.Add(Details, status.ToByteArray());
        }

        return new RpcException(new Grpc.Core.Status(status.Code == 0 ? StatusCode.Unknown : (StatusCode)status.Code, status.Message), trailers);
    }

    /// <summary>A failure as a status with its details.</summary>
    public static RpcStatus StatusOf(Exception error)
    {
        if (Find<ReturnedErrorException>(error) is { } returned)
        {
            // As its own words and details have it.
            return returned.Status;
        }

        var status = new RpcStatus { Code = (int)Code(error), Message = error.Message };
        if (Find<SourceException>(error) is { } located)
        {
            var source = new Source { Info = located.SourceFile };
            source.Ranges.Add(located.Ranges);
            // By this name alone clients know it, without the prefix that protobuf's own packing gives.
            status.Details.Add(new Any { TypeUrl = "errdefs.Source", Value = source.ToByteString() });
        }

        if (Find<FailedSolveException>(error) is { } failed)
        {
            var solve = new Solve { Op = failed.Op };
            solve.InputIDs.Add(failed.Inputs);
            solve.MountIDs.Add(failed.Mounts);
            status.Details.Add(new Any { TypeUrl = "errdefs.Solve", Value = solve.ToByteString() });
        }

        return status;
    }

    // Clients put the code's name before the words of every failure that is not "unknown". Failures of builds therefore have that code, as BuildKit's have,
    // whatever their kind; only what a client must tell apart has its own.
    private static StatusCode Code(Exception error) => error switch
    {
        OperationCanceledException => StatusCode.Cancelled,
        QuaiException { Kind: ErrorKind.NotImplemented } => StatusCode.Unimplemented,
        _ => StatusCode.Unknown,
    };

    private static T? Find<T>(Exception? error)
        where T : Exception
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is T found)
            {
                return found;
            }
        }

        return null;
    }
}
