using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles.Ignoring;

namespace Quai.Build.Steps.Files;

/// <summary>What beneath a copied directory is copied, by the copy's patterns.</summary>
internal static class CopyFilter
{
    /// <summary>Decides by a path relative to the copied directory, and whether it is one itself; null where everything is copied.</summary>
    /// <exception cref="Errors.QuaiException">A pattern is malformed.</exception>
    public static Func<string, bool, CopyChoice>? Of(FileActionCopy copy)
    {
        if (copy.IncludePatterns.Count + copy.ExcludePatterns.Count == 0)
        {
            return null;
        }

        IgnoreMatcher? include = copy.IncludePatterns.Count > 0 ? new IgnoreMatcher(copy.IncludePatterns) : null;
        var exclude = new IgnoreMatcher(copy.ExcludePatterns);
        return (path, isDirectory) =>
        {
            // For the exclusions, a directory counts as left out only where nothing in it is taken in again.
            bool isOut = exclude.Ignores(path, isDirectory);
            bool isIn = include?.Ignores(path, isDirectory: false) ?? true;
            return isOut ? CopyChoice.LeftOut
                : !isDirectory ? (isIn ? CopyChoice.Taken : CopyChoice.LeftOut)
                : isIn && !exclude.Ignores(path, isDirectory: false) ? CopyChoice.Taken
                : CopyChoice.Passed;
        };
    }
}
