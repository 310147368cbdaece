using Grpc.Core;
using Quai.Client;

namespace Quai.BuildClient.Builders;

/// <summary>The builder of a daemon of the Engine API.</summary>
/// <param name="engine">The daemon, by a client that does not block.</param>
public sealed class DaemonConnector(EngineClient engine) : IBuilderConnector
{
    /// <inheritdoc/>
    public bool KeepsImages => true;

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(CancellationToken cancellation) => engine.Builder.OpenAsync(cancellation);

    /// <inheritdoc/>
    public Task<Stream> OpenSessionAsync(CallInvoker invoker, IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken cancellation) =>
        engine.Builder.OpenSessionAsync(headers, cancellation);
}
