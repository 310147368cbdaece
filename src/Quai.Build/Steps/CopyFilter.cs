using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.Build.Steps;

/// <summary>What beneath a copied directory is not copied, by the copy's patterns.</summary>
internal static class CopyFilter
{
    /// <summary>The filter; null where everything is copied.</summary>
    /// <exception cref="QuaiException">Kind NotImplemented: the copy has patterns.</exception>
    public static Func<string, bool, bool>? Of(FileActionCopy copy) => copy.IncludePatterns.Count + copy.ExcludePatterns.Count == 0
        ? null
        : throw new QuaiException(ErrorKind.NotImplemented, "copies that include or exclude by patterns are not supported yet");
}
