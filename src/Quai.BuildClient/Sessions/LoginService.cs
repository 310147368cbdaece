using Grpc.Core;
using Quai.BuildProtocol.ClientFiles;

namespace Quai.BuildClient.Sessions;

/// <summary>Gives credentials for registries. Tokens the builder fetches itself: for it, this client has no authority of tokens.</summary>
/// <param name="logins">What the user has logged in to.</param>
internal sealed class LoginService(IRegistryLogins logins) : Auth.AuthBase
{
    /// <inheritdoc/>
    public override Task<CredentialsResponse> Credentials(CredentialsRequest request, ServerCallContext context) => Task.FromResult(
        logins.Find(request.Host) is { } login ? new CredentialsResponse { Username = login.Name, Secret = login.Secret } : new CredentialsResponse());
}
