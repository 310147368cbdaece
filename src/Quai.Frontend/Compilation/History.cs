using Quai.Oci.Images;

namespace Quai.Frontend.Compilation;

/// <summary>Writes down in an image how it was made.</summary>
internal static class History
{
    private const string Comment = "buildkit.dockerfile.v0";

    /// <summary>Writes down a setting, which makes no layer.</summary>
    public static void AddSetting(StageState stage, BuildScope scope, string text) => Add(stage, scope, text, hasLayer: false);

    /// <summary>Writes down a step, which makes a layer.</summary>
    public static void AddStep(StageState stage, BuildScope scope, string text) => Add(stage, scope, text + " # buildkit", hasLayer: true);

    /// <summary>Writes down a working directory, which may make a layer.</summary>
    public static void Add(StageState stage, BuildScope scope, string text, bool hasLayer) =>
        (stage.Image.History ??= []).Add(new HistoryEntry { CreatedBy = text, Comment = Comment, EmptyLayer = hasLayer ? null : true, Created = scope.Epoch });
}
