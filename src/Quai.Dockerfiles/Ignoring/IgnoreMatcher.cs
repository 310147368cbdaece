namespace Quai.Dockerfiles.Ignoring;

/// <summary>
/// Tells which paths of a context are left out. The last pattern that fits a path, or a directory above it, decides; one that begins with <c>!</c> takes it in again.
/// <code>
/// new IgnoreMatcher(["*.log", "!keep.log"]).Ignores("a.log", isDirectory: false); // true
/// </code>
/// </summary>
public sealed class IgnoreMatcher
{
    private readonly List<(PathPattern Pattern, bool TakesIn, string Beginning)> _patterns = [];

    /// <summary>Reads patterns.</summary>
    /// <param name="patterns">The patterns, as <see cref="IgnoreFile.Read"/> returns them.</param>
    /// <exception cref="Errors.QuaiException">One is malformed.</exception>
    public IgnoreMatcher(IEnumerable<string> patterns)
    {
        foreach (string written in patterns)
        {
            string pattern = written.Trim();
            bool takesIn = pattern.StartsWith('!');
            pattern = (takesIn ? pattern[1..] : pattern).Trim('/');
            if (pattern.Length == 0)
            {
                if (takesIn)
                {
                    throw Errors.QuaiException.Invalid("illegal exclusion pattern: \"!\"");
                }

                continue;
            }

            int wild = pattern.AsSpan().IndexOfAny("*?[\\");
            _patterns.Add((new PathPattern(pattern), takesIn, wild < 0 ? pattern : pattern[..wild]));
        }
    }

    /// <summary>Whether a path is left out.</summary>
    /// <param name="path">The path in the context, with slashes, without one at the beginning.</param>
    /// <param name="isDirectory">Whether it is a directory: then, whether all in it is left out, too, so that nobody need look into it.</param>
    public bool Ignores(string path, bool isDirectory)
    {
        bool ignored = false;
        foreach ((PathPattern pattern, bool takesIn, _) in _patterns)
        {
            // One that would not change anything need not be looked at.
            if (takesIn == ignored && FitsOrAbove(pattern, path))
            {
                ignored = !takesIn;
            }
        }

        return ignored && !(isDirectory && _patterns.Exists(p => p.TakesIn && MayBeWithin(p.Beginning, path + "/")));
    }

    private static bool FitsOrAbove(PathPattern pattern, string path)
    {
        for (int slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (pattern.Fits(path.AsSpan(0, slash)))
            {
                return true;
            }
        }

        return pattern.Fits(path);
    }

    private static bool MayBeWithin(string beginning, string directory) =>
        beginning.StartsWith(directory, StringComparison.Ordinal) || directory.StartsWith(beginning, StringComparison.Ordinal);
}
