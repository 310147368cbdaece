using Quai.Frontend.Stages;
using Quai.Oci.Images;

namespace Quai.Frontend.Steps;

/// <summary>Writes an image's history.</summary>
internal static class History
{
    private const string Comment = "buildkit.dockerfile.v0", Mark = " # buildkit";

    /// <summary>Adds an entry that has no layer.</summary>
    public static void AddSetting(Compilation compilation, StageState state, string text) => Add(compilation, state, text, isEmpty: true);

    /// <summary>Adds one that has a layer.</summary>
    /// <param name="compilation">What the stages share.</param>
    /// <param name="state">The stage.</param>
    /// <param name="text">The instruction.</param>
    /// <param name="isMarked">Whether it is said that this was built: of RUN, COPY and ADD.</param>
    public static void AddLayer(Compilation compilation, StageState state, string text, bool isMarked = true) => Add(compilation, state, isMarked ? text + Mark : text, isEmpty: false);

    private static void Add(Compilation compilation, StageState state, string text, bool isEmpty) =>
        (state.Image.History ??= []).Add(new HistoryEntry { CreatedBy = text, Comment = Comment, EmptyLayer = isEmpty ? true : null, Created = compilation.Options.Epoch });
}
