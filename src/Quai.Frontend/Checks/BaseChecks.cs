using Quai.Dockerfiles;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Stages;
using Quai.Dockerfiles.Words;
using Quai.Errors;
using Quai.Frontend.Stages;
using Quai.Oci.Images;
using OciPlatform = Quai.Oci.Images.Platform;

namespace Quai.Frontend.Checks;

/// <summary>Checks of what stages begin with.</summary>
internal static class BaseChecks
{
    /// <summary>Finds names of images that come to nothing where the build gives no values.</summary>
    /// <param name="compilation">What the stages share.</param>
    /// <param name="stages">The stages.</param>
    /// <param name="defaults">The arguments with the values that the file gives.</param>
    public static void Defaults(Compilation compilation, StageList stages, Variables defaults)
    {
        foreach (FromInstruction from in stages.Stages.Select(s => s.From))
        {
            try
            {
                string name = new WordExpander(compilation.Escape, defaults.Find).Expand(from.Base).Text;
                if (from.Base.Contains('$') && (name.Length == 0 || !ImageReference.TryParse(name, out _)))
                {
                    compilation.Checks.Find(CheckRules.InvalidDefaultArgInFrom, from.Lines, $"Default value for ARG {from.Base} results in empty or invalid base image name");
                }
            }
            catch (QuaiException)
            {
                // A build fails of it, with its place.
            }
        }
    }

    /// <summary>Finds arguments that nobody declared.</summary>
    public static void Undeclared(Compilation compilation, IReadOnlyList<string> unset, LineRange lines)
    {
        foreach (string name in unset.Where(n => !compilation.DeclaredGlobals.Contains(n)))
        {
            compilation.Checks.Find(CheckRules.UndefinedArgInFrom, lines, Suggestion.Append($"FROM argument '{name}' is not declared", name, compilation.DeclaredGlobals.Concat(compilation.Globals.Names)));
        }
    }

    /// <summary>Finds platforms that are those of the build anyway, or that no build can change.</summary>
    public static void Platform(Compilation compilation, FromInstruction from, OciPlatform platform)
    {
        if (from.Platform is "$TARGETPLATFORM" or "${TARGETPLATFORM}")
        {
            compilation.Checks.Find(CheckRules.RedundantTargetPlatform, from.Lines, "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior");
        }
        else if (!from.Platform.Contains('$') && !from.StageName.Contains(platform.Os, StringComparison.Ordinal) && !from.StageName.Contains(platform.Architecture, StringComparison.Ordinal))
        {
            compilation.Checks.Find(CheckRules.FromPlatformFlagConstDisallowed, from.Lines, $"FROM --platform flag should not use constant value \"{from.Platform}\"");
        }
    }

    /// <summary>Finds images that are for another platform than was asked for.</summary>
    public static void ImagePlatform(Compilation compilation, StageState state, OciPlatform wanted, ImageConfig image)
    {
        if (image.Os.Length > 0 && image.Architecture.Length > 0 && (image.Os != wanted.Os || image.Architecture != wanted.Architecture))
        {
            var real = OciPlatform.Normalize(image.Os, image.Architecture, image.Variant);
            compilation.Checks.Find(CheckRules.InvalidBaseImagePlatform, state.Lines, $"Base image {state.BaseName} was pulled with platform \"{real}\", expected \"{wanted}\" for current build");
        }
    }
}
