namespace Quai.Bake.Definitions;

/// <summary>A group while it is put together.</summary>
internal sealed class GroupDraft
{
    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    public IReadOnlyList<string> Targets { get; set; } = [];
}
