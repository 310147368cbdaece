using System.Runtime.CompilerServices;
using Quai.Api.Images;
using Quai.Api.System;
using Quai.Client.Registries;
using Quai.Client.Transport;

namespace Quai.Client.Images;

/// <summary>Transfers of images from and to registries. If the daemon refuses at once, a <see cref="DaemonException"/> is thrown; later failures are messages.</summary>
public sealed class TransferClient
{
    private readonly HttpTransport _transport;

    internal TransferClient(HttpTransport transport) => _transport = transport;

    /// <summary>Asks the daemon to pull an image, and reports progress.</summary>
    /// <param name="repository">The image's repository.</param>
    /// <param name="tagOrDigest">Its tag or digest; empty for all tags.</param>
    /// <param name="platform">The platform, <c>os/architecture/variant</c>; empty for the daemon's.</param>
    /// <param name="noCache">Whether everything is fetched again.</param>
    /// <param name="credentials">Credentials; null for none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async IAsyncEnumerable<JsonMessage> PullAsync(
        string repository, string tagOrDigest, string platform = "", bool noCache = false, AuthConfig? credentials = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        Query query = new Query("/images/create").With("fromImage", repository).WithText("tag", tagOrDigest).WithText("platform", platform).WithSwitch("nocache", noCache);
        await using ResponseStream response = await _transport.SendAsync("POST", query, default, RegistryAuth.Header(credentials), cancellation);
        await foreach (JsonMessage message in response.ReadMessagesAsync(cancellation))
        {
            yield return message;
        }
    }

    /// <summary>Asks the daemon to push an image, and reports progress.</summary>
    /// <param name="repository">The image's repository.</param>
    /// <param name="tag">Its tag; empty for all tags.</param>
    /// <param name="platform">Only this platform's variant.</param>
    /// <param name="credentials">Credentials; null for none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async IAsyncEnumerable<JsonMessage> PushAsync(
        string repository, string tag, DistributionPlatform? platform = null, AuthConfig? credentials = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        Query query = new Query($"/images/{Query.Segment(repository)}/push").WithText("tag", tag).WithPlatform(platform);
        await using ResponseStream response = await _transport.SendAsync("POST", query, default, RegistryAuth.Header(credentials) ?? RegistryAuth.Nobody, cancellation);
        await foreach (JsonMessage message in response.ReadMessagesAsync(cancellation))
        {
            yield return message;
        }
    }
}
