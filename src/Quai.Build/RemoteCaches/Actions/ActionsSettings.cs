using Quai.Build.Jobs;
using Quai.Errors;

namespace Quai.Build.RemoteCaches.Actions;

/// <summary>Which cache of GitHub's Actions it is, by the attributes that BuildKit's <c>gha</c> has. Clients take most of them from the variables of a job.</summary>
internal sealed record ActionsSettings
{
    private const string KnownHost = "results-receiver.actions.githubusercontent.com";
    private static readonly TimeSpan s_usualTimeout = TimeSpan.FromMinutes(10), s_longestTimeout = TimeSpan.FromDays(1);

    /// <summary>The server, with a slash at the end.</summary>
    public required string Address { get; init; }

    /// <summary>Whether the server is spoken to in the second version of the protocol.</summary>
    public required bool IsSecond { get; init; }

    /// <summary>What gives access.</summary>
    public required ActionsToken Token { get; init; }

    /// <summary>What tells caches of one repository apart.</summary>
    public required string Scope { get; init; }

    /// <summary>How long reading or keeping a cache may take.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>The repository, such as <c>owner/name</c>, whose keys can be listed; empty for none.</summary>
    public required string Repository { get; init; }

    /// <summary>What gives access to that list; empty for none.</summary>
    public required string RepositoryToken { get; init; }

    /// <summary>Reads them.</summary>
    /// <param name="cache">What the client says.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="QuaiException">Something is missing or malformed.</exception>
    public static ActionsSettings Read(CacheReference cache, DateTimeOffset now)
    {
        var text = new CacheText(cache);
        int version = text.Find("version") switch
        {
            "" => 0,
            "1" => 1,
            "2" => 2,
            string other => throw QuaiException.Invalid($"the version of a gha cache is 1 or 2, not {other}"),
        };
        string name = version != 1 && text.Find("url_v2").Length > 0 ? "url_v2" : text.Find("url").Length > 0 ? "url" : throw QuaiException.Invalid("url not set for github actions cache");
        Uri address = text.Address(name);
        string repository = text.Find("repository"), repositoryToken = text.Find("ghtoken");
        if (repository.Length > 0 != repositoryToken.Length > 0)
        {
            throw QuaiException.Invalid("repository and ghtoken of a gha cache are given together");
        }

        return new ActionsSettings
        {
            Address = address.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/",
            IsSecond = version == 2 || name == "url_v2" || (version == 0 && address.Host == KnownHost),
            Token = ActionsToken.Read(text.Find("token") is { Length: > 0 } token ? token : throw QuaiException.Invalid("token not set for github actions cache"), now),
            Scope = text.Find("scope", "buildkit"),
            Timeout = text.Time("timeout", s_usualTimeout) is var asked && asked < TimeSpan.Zero ? TimeSpan.Zero : asked < s_longestTimeout ? asked : s_longestTimeout,
            Repository = repository,
            RepositoryToken = repositoryToken,
        };
    }
}
