using Quai.Errors;

namespace Quai.Dockerfiles.Ignoring;

/// <summary>
/// Says which files patterns of a <c>.dockerignore</c> leave out. Later patterns win, those with <c>!</c> take files in again, and what holds for a directory
/// holds for what is in it.
/// <code>
/// new IgnoreRules(["*.md", "!README.md"]).Ignores("docs.md"); // true
/// </code>
/// </summary>
public sealed class IgnoreRules
{
    private readonly List<(PathPattern Pattern, bool Excepts)> _rules = [];

    /// <summary>Reads patterns.</summary>
    /// <exception cref="QuaiException">One is malformed.</exception>
    public IgnoreRules(IEnumerable<string> patterns)
    {
        foreach (string given in patterns)
        {
            string text = given.Trim();
            if (text.Length == 0)
            {
                continue;
            }

            text = SlashPaths.Clean(text);
            bool excepts = text[0] == '!';
            if (excepts && text.Length == 1)
            {
                throw QuaiException.Invalid("illegal exclusion pattern: \"!\"");
            }

            _rules.Add((new PathPattern(excepts ? text[1..] : text), excepts));
        }
    }

    /// <summary>Whether any pattern takes files in again, so that something in an ignored directory may count.</summary>
    public bool HasExceptions => _rules.Exists(r => r.Excepts);

    /// <summary>Whether a file is left out.</summary>
    /// <param name="path">Its path in the directory, with slashes and none at the beginning.</param>
    public bool Ignores(string path)
    {
        bool ignored = false;
        foreach ((PathPattern pattern, bool excepts) in _rules)
        {
            if (excepts == ignored && FitsItOrParent(pattern, path))
            {
                ignored = !excepts;
            }
        }

        return ignored;
    }

    private static bool FitsItOrParent(PathPattern pattern, string path)
    {
        if (pattern.Fits(path))
        {
            return true;
        }

        for (int slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (pattern.Fits(path.AsSpan(0, slash)))
            {
                return true;
            }
        }

        return false;
    }
}
