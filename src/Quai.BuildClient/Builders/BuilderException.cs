using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Quai.BuildClient.Progress;
using Quai.BuildProtocol.Errors;
using RpcStatus = Quai.BuildProtocol.Errors.Status;

namespace Quai.BuildClient.Builders;

/// <summary>A builder refused something, or a build failed there.</summary>
public sealed class BuilderException : Exception
{
    private const string Details = "grpc-status-details-bin", SourceType = "errdefs.Source", SolveType = "errdefs.Solve";

    private BuilderException(StatusCode code, RpcStatus status, Exception inner)
        : base(code switch { StatusCode.Unknown or StatusCode.OK => status.Message, StatusCode.Cancelled => "Canceled: " + status.Message, _ => $"{code}: {status.Message}" }, inner)
    {
        Status = status;
        IsCanceled = code == StatusCode.Cancelled;
        IsUnavailable = code == StatusCode.Unavailable;
        IsUnknownMethod = code == StatusCode.Unimplemented;
        Places = [.. status.Details.Where(d => d.TypeUrl.EndsWith(SourceType, StringComparison.Ordinal)).Select(Read).OfType<SourcePlace>()];
        Solve = status.Details.Where(d => d.TypeUrl.EndsWith(SolveType, StringComparison.Ordinal)).Select(ReadSolve).FirstOrDefault();
    }

    /// <summary>Where in sources the reason is; empty for nowhere in particular.</summary>
    public IReadOnlyList<SourcePlace> Places { get; }

    /// <summary>Whether the call was ended, for whatever reason.</summary>
    public bool IsCanceled { get; }

    /// <summary>Whether the builder has gone.</summary>
    public bool IsUnavailable { get; }

    /// <summary>Whether the builder does not have what was asked for.</summary>
    public bool IsUnknownMethod { get; }

    /// <summary>What is left of the step that failed; null where the builder does not say.</summary>
    internal Solve? Solve { get; }

    /// <summary>The failure as the builder says it.</summary>
    internal RpcStatus Status { get; }

    /// <summary>Makes a call, whose failure becomes one of these.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    internal static async Task<T> TranslateAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            throw cancellation.IsCancellationRequested ? new OperationCanceledException(e.Message, e, cancellation) : Of(e);
        }
    }

    private static BuilderException Of(RpcException error)
    {
        byte[]? bytes = error.Trailers.Get(Details)?.ValueBytes;
        RpcStatus? status = null;
        try
        {
            status = bytes is null ? null : RpcStatus.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            // The words alone are left then.
        }

        // What went wrong here, and not there, is a library's words.
        bool isLost = error.Status.DebugException is IOException or HttpRequestException or ObjectDisposedException;
        status ??= new RpcStatus { Code = (int)error.StatusCode, Message = isLost ? "the connection to the builder was lost" : error.Status.Detail };
        return new BuilderException(error.StatusCode, status, error);
    }

    private static Solve? ReadSolve(Any detail)
    {
        try
        {
            return BuildProtocol.Errors.Solve.Parser.ParseFrom(detail.Value);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static SourcePlace? Read(Any detail)
    {
        try
        {
            var source = BuildProtocol.Errors.Source.Parser.ParseFrom(detail.Value);
            return SourcePlace.Read(source.Info, source.Ranges);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
