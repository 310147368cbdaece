using Grpc.Core;

namespace Quai.BuildClient.Builders;

/// <summary>How a builder is reached.</summary>
public interface IBuilderConnector
{
    /// <summary>Whether the builder is a daemon that keeps images, so that results are its images unless something else is asked for.</summary>
    bool KeepsImages { get; }

    /// <summary>Opens a connection on which the builder serves HTTP/2.</summary>
    Task<Stream> OpenAsync(CancellationToken cancellation);

    /// <summary>Opens a session: a connection on which the builder is HTTP/2's client.</summary>
    /// <param name="invoker">Calls to the builder over the connection that there is.</param>
    /// <param name="headers">What the builder is told of the session.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<Stream> OpenSessionAsync(CallInvoker invoker, IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken cancellation);
}
