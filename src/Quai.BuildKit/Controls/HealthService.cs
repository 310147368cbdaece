using Grpc.Core;
using Quai.BuildProtocol.Health;

namespace Quai.BuildKit.Controls;

/// <summary>Says that the builder is there, which is so whenever it can say something.</summary>
internal sealed class HealthService : Health.HealthBase
{
    private static readonly HealthCheckResponse s_serving = new() { Status = HealthCheckResponse.Types.ServingStatus.Serving };

    /// <inheritdoc/>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => Task.FromResult(s_serving);

    /// <inheritdoc/>
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(s_serving, context.CancellationToken);
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
    }
}
