using Google.Protobuf;
using Grpc.Core;
using Quai.BuildProtocol.Secrets;

namespace Quai.BuildClient.Sessions;

/// <summary>Gives secrets.</summary>
/// <param name="secrets">The secrets.</param>
internal sealed class SecretService(IReadOnlyCollection<SecretSource> secrets) : Secrets.SecretsBase
{
    /// <inheritdoc/>
    public override Task<GetSecretResponse> GetSecret(GetSecretRequest request, ServerCallContext context)
    {
        SecretSource source = secrets.LastOrDefault(s => s.Id == request.ID) ?? throw new RpcException(new Status(StatusCode.NotFound, $"secret {request.ID} not found"));
        return Task.FromResult(new GetSecretResponse { Data = ByteString.CopyFrom(source.Read()) });
    }
}
