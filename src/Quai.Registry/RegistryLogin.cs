using System.Net;
using Quai.Errors;
using Quai.Registry.Transport;

namespace Quai.Registry;

/// <summary>Tries credentials on a registry, as the daemon does for <c>docker login</c>.</summary>
/// <param name="client">Access to registries.</param>
public sealed class RegistryLogin(RegistryClient client)
{
    /// <summary>Tries them at the registry's addresses in turn.</summary>
    /// <param name="auth">The credentials and, in <see cref="RegistryAuth.ServerAddress"/>, the registry; Docker Hub if that is empty.</param>
    /// <param name="cancellation">Stops asking.</param>
    /// <returns>An identity token to keep instead of the password; empty for none.</returns>
    /// <exception cref="QuaiException">The registry does not accept them, or cannot be reached.</exception>
    public async Task<string> RunAsync(RegistryAuth auth, CancellationToken cancellation)
    {
        string registry = HostOf(auth.ServerAddress);
        QuaiException? failure = null;
        foreach (RegistryEndpoint endpoint in await client.EndpointsAsync(registry, mirrors: false, cancellation).ConfigureAwait(false))
        {
            RegistrySession session = client.At(endpoint, registry, auth, offline: true);
            Uri address = session.At("/v2/");
            HttpStatusCode status;
            try
            {
                status = await session.PingAsync(withCredentials: true, cancellation).ConfigureAwait(false);
            }
            catch (QuaiException e) when (e is TransientRegistryException || RegistryErrors.IsTls(e.InnerException ?? e))
            {
                failure = QuaiException.System(e.Message, e);
                continue;
            }
            catch (QuaiException e) when (e.Kind == ErrorKind.Unauthorized)
            {
                throw new QuaiException(ErrorKind.Unauthorized, $"Get \"{address}\": {e.Message}", e);
            }

            if (status == HttpStatusCode.OK)
            {
                return session.Tokens.RefreshToken ?? "";
            }

            // Docker retries without TLS; but if a registry has answered, its answer is final.
            throw new QuaiException(
                status == HttpStatusCode.Unauthorized ? ErrorKind.Unauthorized : ErrorKind.System,
                $"login attempt to {address} failed with status: {(int)status} {Reason(status)}");
        }

        throw failure!;
    }

    /// <summary>The registry in an address given by users or clients: with or without scheme and path; Docker Hub by any of its names.</summary>
    public static string HostOf(string? address)
    {
        string text = (address ?? "").Trim();
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        text = scheme < 0 ? text : text[(scheme + 3)..];
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        text = slash < 0 ? text : text[..slash];
        return text is "" or "index.docker.io" or "registry-1.docker.io" ? "docker.io" : text;
    }

    private static string Reason(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => "Unauthorized",
        HttpStatusCode.Forbidden => "Forbidden",
        HttpStatusCode.NotFound => "Not Found",
        HttpStatusCode.BadRequest => "Bad Request",
        _ => status.ToString(),
    };
}
