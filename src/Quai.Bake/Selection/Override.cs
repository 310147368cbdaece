namespace Quai.Bake.Selection;

/// <summary>A change to a target, as <c>--set</c> says it.</summary>
internal sealed class Override
{
    /// <summary>What is changed, with the name of an entry, such as <c>args.VERSION</c>.</summary>
    public required string Key { get; init; }

    /// <summary>The value, of what has one.</summary>
    public string Value { get; set; } = "";

    /// <summary>The values, of what has many.</summary>
    public List<string> Values { get; } = [];

    /// <summary>Whether the values are added to those that there are.</summary>
    public bool Appends { get; set; }
}
