namespace Quai.Frontend.Contexts;

/// <summary>A repository of git: <c>https://host/path.git#ref:directory</c>.</summary>
/// <param name="Remote">Its address.</param>
/// <param name="Reference">The branch, tag or commit; empty for the usual branch.</param>
/// <param name="Directory">The directory in it; empty for all.</param>
internal sealed record GitAddress(string Remote, string Reference, string Directory)
{
    private static readonly string[] s_schemes = ["git://", "ssh://", "http://", "https://"];

    /// <summary>Its identifier as a source.</summary>
    public string Identifier
    {
        get
        {
            int scheme = Remote.IndexOf("://", StringComparison.Ordinal);
            string place = scheme >= 0 ? Remote[(scheme + 3)..] : ReplaceFirst(Remote, ':', '/');
            int user = place.IndexOf('@');
            place = user >= 0 && user < place.IndexOf('/') ? place[(user + 1)..] : place;
            string fragment = Directory.Length > 0 ? $"{Reference}:{Directory}" : Reference;
            return fragment.Length > 0 ? $"git://{place}#{fragment}" : $"git://{place}";
        }
    }

    /// <summary>Whether it is reached by ssh.</summary>
    public bool IsSsh => Remote.StartsWith("ssh://", StringComparison.Ordinal) || !Remote.Contains("://", StringComparison.Ordinal);

    /// <summary>Reads an address; null where it is none of a repository.</summary>
    public static GitAddress? Parse(string text)
    {
        int mark = text.IndexOf('#');
        string remote = mark < 0 ? text : text[..mark], fragment = mark < 0 ? "" : text[(mark + 1)..];
        if (remote.StartsWith("github.com/", StringComparison.Ordinal))
        {
            remote = "https://" + remote;
        }
        else
        {
            string? scheme = Array.Find(s_schemes, s => remote.StartsWith(s, StringComparison.Ordinal));
            int at = remote.IndexOf('@'), colon = remote.IndexOf(':');
            bool isPlain = scheme is null && at > 0 && colon > at + 1 && !remote[..colon].Contains('/');
            bool isWeb = scheme is "http://" or "https://";
            if ((scheme is null && !isPlain) || (isWeb && !remote.EndsWith(".git", StringComparison.Ordinal)))
            {
                return null;
            }
        }

        int directory = fragment.IndexOf(':');
        return new GitAddress(remote, directory < 0 ? fragment : fragment[..directory], directory < 0 ? "" : fragment[(directory + 1)..]);
    }

    private static string ReplaceFirst(string text, char from, char to)
    {
        int at = text.IndexOf(from);
        return at < 0 ? text : $"{text[..at]}{to}{text[(at + 1)..]}";
    }
}
