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

        IgnoreRules? include = copy.IncludePatterns.Count > 0 ? new IgnoreRules(copy.IncludePatterns) : null;
        var exclude = new IgnoreRules(copy.ExcludePatterns);
        return (path, isDirectory) =>
        {
            bool isOut = exclude.Ignores(path), isIn = include?.Ignores(path) ?? true;
            return isIn && !isOut ? CopyChoice.Taken

                // In a directory that is not taken something may be.
                : isDirectory && (!isOut || exclude.HasExceptions) ? CopyChoice.Passed
                : CopyChoice.LeftOut;
        };
    }
}
