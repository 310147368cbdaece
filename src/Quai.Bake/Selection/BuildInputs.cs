using System.Text.RegularExpressions;
using Quai.Bake.Definitions;
using Quai.Bake.Entries;
using Quai.Bake.Hcl.Functions.Strings;

namespace Quai.Bake.Selection;

/// <summary>What is wrong with a target as a build, without looking at any file.</summary>
internal static partial class BuildInputs
{
    private const string WorkingFolder = "cwd://";
    private static readonly string[] s_annotationTypes = ["", "index", "index-descriptor", "manifest", "manifest-descriptor"];

    /// <summary>Refuses what no build can be made of.</summary>
    /// <exception cref="BakeException">No build can be made of it.</exception>
    public static void Check(TargetDraft target)
    {
        if (target.Context == "-")
        {
            throw new BakeException("context from stdin not allowed in bake");
        }

        if (target.Dockerfile == "-")
        {
            throw new BakeException("dockerfile from stdin not allowed in bake");
        }

        foreach (string annotation in target.Annotations ?? [])
        {
            CheckAnnotation(annotation);
        }

        if (target.SharedMemorySize is { } size && !Size().IsMatch(size))
        {
            throw new BakeException($"invalid value {size} for membytes key shm-size");
        }
    }

    /// <summary>A context's path in its shortest form; addresses stay as they are.</summary>
    public static string CleanContext(string context)
    {
        if (context.StartsWith(WorkingFolder, StringComparison.Ordinal))
        {
            return GoPath.Clean(context[WorkingFolder.Length..]);
        }

        return IsRemote(context) ? context : GoPath.Clean(context);
    }

    /// <summary>Whether a context is where it is, whatever the definition is of: an address, or a path of the working folder.</summary>
    public static bool IsHere(string context) => context.StartsWith(WorkingFolder, StringComparison.Ordinal) || IsRemote(context);

    /// <summary>Whether a context is an address: of HTTP, or of a Git repository.</summary>
    public static bool IsRemote(string context) => Remote().IsMatch(context);

    private static void CheckAnnotation(string annotation)
    {
        int equals = annotation.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            throw new BakeException($"invalid annotation {Quote.Text(annotation)}, expected key=value");
        }

        string key = annotation[..equals];
        int colon = key.IndexOf(':', StringComparison.Ordinal);
        foreach (string type in colon < 0 ? [] : key[..colon].Split(','))
        {
            Match match = AnnotationType().Match(type);
            if (!match.Success)
            {
                throw new BakeException($"invalid annotation type {Quote.Text(type)}, expected type and optional platform in square brackets");
            }

            if (!s_annotationTypes.Contains(match.Groups[1].Value))
            {
                throw new BakeException($"unknown annotation type {Quote.Text(match.Groups[1].Value)}");
            }
        }
    }

    [GeneratedRegex(@"^([a-z-]+)(?:\[([A-Za-z0-9_/-]+)\])?$")]
    private static partial Regex AnnotationType();

    [GeneratedRegex(@"^(https?://|git://|ssh://|git@|github\.com/|[a-zA-Z0-9_.-]+@[^:/]+:)", RegexOptions.NonBacktracking)]
    private static partial Regex Remote();

    [GeneratedRegex(@"^ *[0-9]+(\.[0-9]+)? *([kKmMgGtTpP]?[iI]?[bB]?)$", RegexOptions.NonBacktracking)]
    private static partial Regex Size();
}
