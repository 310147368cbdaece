using System.Net.Http.Headers;
using Quai.Build.RemoteCaches.Transfers;
using Quai.Errors;

namespace Quai.Build.RemoteCaches.Actions;

/// <summary>The cache of GitHub's Actions, whichever version of its protocol the server speaks.</summary>
/// <param name="http">Sends requests.</param>
/// <param name="settings">Which it is.</param>
internal sealed class ActionsClient(CacheHttp http, ActionsSettings settings)
{
    private const int MostRedirections = 5;

    /// <summary>Finds and keeps entries.</summary>
    public IActionsProtocol Protocol { get; } = Choose(new ActionsRequests(http, settings.Token.Text), settings);

    /// <summary>The entry with a key; null for none.</summary>
    /// <exception cref="QuaiException">The server cannot be reached, or refuses.</exception>
    public async Task<ActionsEntry?> FindAsync(string key, CancellationToken cancellation) =>
        await Protocol.FindAsync(key, cancellation).ConfigureAwait(false) is { } entry && entry.Key.Equals(key, StringComparison.OrdinalIgnoreCase) ? entry : null;

    /// <summary>Has the content of an entry sent.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="offset">Where in it to begin.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="QuaiException">The server cannot be reached, or refuses.</exception>
    public async Task<OpenedBlob> OpenAsync(ActionsEntry entry, long offset, CancellationToken cancellation)
    {
        Uri address = entry.Address;
        for (int redirections = 0; ; redirections++)
        {
            Uri current = address;
            HttpResponseMessage response = await http.SendAsync(
                () =>
                {
                    // Without the token: the address gives access, and is not always the server's own.
                    var request = new HttpRequestMessage(HttpMethod.Get, current);
                    request.Headers.TryAddWithoutValidation("User-Agent", "quai");
                    request.Headers.Range = offset > 0 ? new RangeHeaderValue(offset, null) : null;
                    return request;
                },
                cancellation).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return await OpenedBlob.OfAsync(response, offset, cancellation).ConfigureAwait(false);
            }

            using (response)
            {
                bool isElsewhere = (int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is not null && redirections < MostRedirections;
                address = isElsewhere ? ActionsRequests.ContentAddress(new Uri(current, response.Headers.Location!).AbsoluteUri) : throw CacheHttp.Failure(response);
            }
        }
    }

    private static IActionsProtocol Choose(ActionsRequests requests, ActionsSettings settings) =>
        settings.IsSecond ? new TwirpProtocol(requests, settings.Address) : new RestProtocol(requests, settings.Address);
}
