using System.Globalization;
using Quai.Dockerfiles.Instructions.Reading;
using Quai.Dockerfiles.Stages;

namespace Quai.Frontend.Stages;

/// <summary>The arguments that say what is looked through for packages besides the result: <c>true</c>, <c>false</c>, or the stages for which it is.</summary>
internal static class ScanArguments
{
    /// <summary>The argument for stages.</summary>
    public const string Stage = "BUILDKIT_SBOM_SCAN_STAGE";

    /// <summary>The argument for the context.</summary>
    public const string Context = "BUILDKIT_SBOM_SCAN_CONTEXT";

    /// <summary>Whether a stage is looked through.</summary>
    public static bool IsStageScanned(StageState state, Variables globals) => IsScanned(state, Stage, globals);

    /// <summary>Whether a stage has the context looked through.</summary>
    public static bool IsContextScanned(StageState state, Variables globals) => IsScanned(state, Context, globals);

    /// <summary>What a stage is called: by its name, or its number.</summary>
    public static string NameOf(Stage stage) => stage.Name.Length > 0 ? stage.Name : string.Create(CultureInfo.InvariantCulture, $"stage-{stage.Index}");

    private static bool IsScanned(StageState state, string argument, Variables globals)
    {
        string value = state.Arguments.FindLast(a => a.Key == argument)?.Value ?? globals.Find(argument) ?? "";
        return Booleans.TryParse(value, out bool all) ? all : value.Split(',').Contains(NameOf(state.Stage!), StringComparer.OrdinalIgnoreCase);
    }
}
