using Quai.Build.RemoteCaches.Transfers;
using Quai.Errors;

namespace Quai.Build.RemoteCaches.Actions;

/// <summary>The keys of a repository's entries, as GitHub lists them: so not each of many blobs is asked for.</summary>
/// <param name="http">Sends requests.</param>
/// <param name="server">GitHub's API, with a slash at the end.</param>
/// <param name="settings">Which repository it is, and what gives access.</param>
internal sealed class ActionsKeys(CacheHttp http, string server, ActionsSettings settings)
{
    /// <summary>GitHub's API.</summary>
    public const string GitHub = "https://api.github.com/";

    private const int PageSize = 100, MostPages = 100;

    /// <summary>All that begin so, in the parts that the token opens; null where nobody gave access to the list, or there is none.</summary>
    public async Task<IReadOnlySet<string>?> ListAsync(string prefix, CancellationToken cancellation)
    {
        if (settings.Repository.Length == 0)
        {
            return null;
        }

        var requests = new ActionsRequests(http, settings.RepositoryToken);
        string repository = string.Join('/', settings.Repository.Split('/').Select(Uri.EscapeDataString));
        HashSet<string> keys = new(StringComparer.OrdinalIgnoreCase);
        try
        {
            foreach (ActionsScope scope in settings.Token.Scopes)
            {
                for (int page = 1; page <= MostPages; page++)
                {
                    string question = $"{server}repos/{repository}/actions/caches?per_page={PageSize}&page={page}&key={Uri.EscapeDataString(prefix)}&ref={Uri.EscapeDataString(scope.Scope)}";
                    KeyPage? answer = await requests.AskAsync(HttpMethod.Get, question, default, ActionsJson.Default.KeyPage, cancellation).ConfigureAwait(false);
                    keys.UnionWith((answer?.Entries ?? []).Select(e => e.Key).OfType<string>());
                    if (answer?.Entries is not { Count: PageSize })
                    {
                        break;
                    }
                }
            }

            return keys;
        }
        catch (QuaiException)
        {
            // It only saves questions.
            return null;
        }
    }
}
