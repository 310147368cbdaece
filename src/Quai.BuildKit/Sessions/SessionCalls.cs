using Grpc.Core;
using Quai.Errors;

namespace Quai.BuildKit.Sessions;

/// <summary>Calls to a client. They end with its connection, and fail as everything here does: with a <see cref="QuaiException"/>.</summary>
/// <param name="invoker">Calls over the connection.</param>
/// <param name="methods">What the client serves.</param>
/// <param name="ended">Ends with the connection.</param>
internal sealed class SessionCalls(CallInvoker invoker, IReadOnlySet<string> methods, CancellationToken ended)
{
    /// <summary>Calls over the connection.</summary>
    public CallInvoker Invoker => invoker;

    /// <summary>Whether the client serves a method.</summary>
    /// <param name="method">Its path, such as <c>/moby.filesync.v1.FileSync/DiffCopy</c>.</param>
    public bool Has(string method) => methods.Contains(method);

    /// <summary>Fails where the client does not serve a method.</summary>
    /// <exception cref="QuaiException">Kind NotImplemented.</exception>
    public void Require(string method)
    {
        if (!Has(method))
        {
            throw new QuaiException(ErrorKind.NotImplemented, $"method {method} not supported by the client");
        }
    }

    /// <summary>A token that ends with a caller's patience and with the connection.</summary>
    public CancellationTokenSource Link(CancellationToken cancellation) => CancellationTokenSource.CreateLinkedTokenSource(cancellation, ended);

    /// <summary>Makes a call.</summary>
    /// <param name="call">The call, by a token that ends with the connection too.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<T> MakeAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        using CancellationTokenSource linked = Link(cancellation);
        try
        {
            return await call(linked.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (Translate(e, cancellation) is { } known)
        {
            throw known;
        }
    }

    /// <summary>What a call failed with, as others here know it; null where it is no failure of the call.</summary>
    public Exception? Translate(Exception error, CancellationToken cancellation)
    {
        if (error is not (RpcException or OperationCanceledException or IOException or ObjectDisposedException))
        {
            return null;
        }

        if (cancellation.IsCancellationRequested)
        {
            return new OperationCanceledException(error.Message, error, cancellation);
        }

        if (ended.IsCancellationRequested)
        {
            return new QuaiException(ErrorKind.Unavailable, "the client's session has ended", error);
        }

        return error is not RpcException rpc ? null : new QuaiException(
            rpc.StatusCode switch
            {
                StatusCode.NotFound => ErrorKind.NotFound,
                StatusCode.InvalidArgument or StatusCode.OutOfRange => ErrorKind.InvalidParameter,
                StatusCode.Unauthenticated => ErrorKind.Unauthorized,
                StatusCode.PermissionDenied => ErrorKind.Forbidden,
                StatusCode.AlreadyExists or StatusCode.FailedPrecondition or StatusCode.Aborted => ErrorKind.Conflict,
                StatusCode.Unavailable => ErrorKind.Unavailable,
                StatusCode.Unimplemented => ErrorKind.NotImplemented,
                _ => ErrorKind.System,
            },
            rpc.Status.Detail,
            rpc);
    }
}
