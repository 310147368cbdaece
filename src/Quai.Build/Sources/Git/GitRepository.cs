using System.Security.Cryptography;
using System.Text;
using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.Build.Sources.Git;

/// <summary>What is wanted of a repository of git.</summary>
/// <param name="Remote">Its address.</param>
/// <param name="Reference">The branch, tag or commit; empty for the usual branch.</param>
/// <param name="Directory">The directory in it, with slashes; empty for all.</param>
internal sealed record GitRepository(string Remote, string Reference, string Directory)
{
    private const int CommitLength = 40, LongCommitLength = 64;

    private static readonly string[] s_schemes = ["http://", "https://", "git://", "ssh://"];

    /// <summary>Whether git's own files stay.</summary>
    public bool KeepsGitFiles { get; init; }

    /// <summary>The secret with a token; empty for none.</summary>
    public string TokenSecret { get; init; } = "";

    /// <summary>The secret with a header; empty for none.</summary>
    public string HeaderSecret { get; init; } = "";

    /// <summary>The hosts that ssh knows, as its file has them; empty for any.</summary>
    public string KnownHosts { get; init; } = "";

    /// <summary>The agent of ssh; empty for none.</summary>
    public string Agent { get; init; } = "";

    /// <summary>Whether the reference is a commit.</summary>
    public bool IsCommit => IsCommitId(Reference);

    /// <summary>The address without a user's name and password.</summary>
    public string Shown => Web is { UserInfo.Length: > 0 } url ? new UriBuilder(url) { UserName = "xxxxx", Password = "xxxxx" }.Uri.AbsoluteUri : Remote;

    /// <summary>The address where it is one of a web server.</summary>
    public Uri? Web => Uri.TryCreate(Remote, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" ? url : null;

    /// <summary>Whether a text is a commit's whole id.</summary>
    public static bool IsCommitId(string text) => text.Length is CommitLength or LongCommitLength && text.All(char.IsAsciiHexDigitLower);

    /// <summary>By what the files of a commit are kept.</summary>
    public string KeyOf(string commit) => "git:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Remote}\0{IdentityOf(commit)}")));

    /// <summary>What the files of a commit are.</summary>
    public string IdentityOf(string commit) => $"git:{commit}{(KeepsGitFiles ? ".git" : "")}{(Directory.Length > 0 ? ":" + Directory : "")}";

    /// <summary>Reads it from a graph's source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="rest">Its identifier behind the scheme.</param>
    /// <exception cref="QuaiException">Kind InvalidParameter: it is malformed.</exception>
    public static GitRepository Read(SourceOp source, string rest)
    {
        int mark = rest.IndexOf('#');
        string place = mark < 0 ? rest : rest[..mark], fragment = mark < 0 ? "" : rest[(mark + 1)..];
        int colon = fragment.IndexOf(':');
        string reference = colon < 0 ? fragment : fragment[..colon], directory = colon < 0 ? "" : fragment[(colon + 1)..];
        string remote = Text("git.fullurl") is { Length: > 0 } full ? full : place;
        bool isPlain = !remote.Contains("://", StringComparison.Ordinal);
        if (isPlain && !IsSecureShell(remote))
        {
            remote = "https://" + remote;
        }
        else if (!isPlain && !s_schemes.Any(s => remote.StartsWith(s, StringComparison.Ordinal)))
        {
            throw QuaiException.Invalid($"repositories are not fetched by the transport of {remote}");
        }

        string[] parts = [.. directory.Split('/').Where(p => p is not ("" or "."))];
        if (remote.StartsWith('-') || reference.StartsWith('-') || remote.Any(char.IsControl) || reference.Any(c => char.IsControl(c) || c == ' ') || parts.Contains(".."))
        {
            throw QuaiException.Invalid($"{source.Identifier} is no address of a repository");
        }

        return new GitRepository(remote, reference, string.Join('/', parts))
        {
            KeepsGitFiles = Text("git.keepgitdir") == "true",
            TokenSecret = Text("git.authtokensecret"),
            HeaderSecret = Text("git.authheadersecret"),
            KnownHosts = Text("git.knownsshhosts"),
            Agent = Text("git.mountsshsock"),
        };

        string Text(string attribute) => source.Attrs.TryGetValue(attribute, out string? value) ? value : "";
    }

    // As in user@host:path.
    private static bool IsSecureShell(string remote)
    {
        int at = remote.IndexOf('@'), colon = remote.IndexOf(':');
        return at > 0 && colon > at + 1 && !remote[..colon].Contains('/');
    }
}
