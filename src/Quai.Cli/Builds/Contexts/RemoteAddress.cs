using System.Text.RegularExpressions;
using Quai.Cli.CommandLine;
using Quai.Cli.Http;

namespace Quai.Cli.Builds.Contexts;

/// <summary>Addresses that the builder fetches itself: archives by HTTP, repositories of git.</summary>
internal static partial class RemoteAddress
{
    private const int LargestDockerfile = 2 << 20;

    /// <summary>Whether a text is one.</summary>
    public static bool Is(string text) => IsHttp(text) || IsGit(text);

    /// <summary>Whether it is one of HTTP.</summary>
    public static bool IsHttp(string text) => text.StartsWith("http://", StringComparison.Ordinal) || text.StartsWith("https://", StringComparison.Ordinal);

    /// <summary>Fetches a Dockerfile.</summary>
    /// <exception cref="ExitException">It cannot be fetched.</exception>
    public static Stream Fetch(string address)
    {
        try
        {
            using var client = new HttpClient { MaxResponseContentBufferSize = LargestDockerfile };
            return new MemoryStream(client.GetByteArrayAsync(new Uri(address)).Await());
        }
        catch (Exception e) when (e is HttpRequestException or UriFormatException or TaskCanceledException)
        {
            throw new ExitException(1, $"ERROR: failed to build: unable to fetch the Dockerfile {address}: {e.Message}");
        }
    }

    private static bool IsGit(string text) =>
        text.StartsWith("git://", StringComparison.Ordinal) || text.StartsWith("ssh://", StringComparison.Ordinal) || text.StartsWith("git@", StringComparison.Ordinal)
        || text.StartsWith("github.com/", StringComparison.Ordinal) || RemoteShell().IsMatch(text);

    [GeneratedRegex(@"^[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+:.*$")]
    private static partial Regex RemoteShell();
}
