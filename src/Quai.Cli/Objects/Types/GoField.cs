namespace Quai.Cli.Objects.Types;

/// <summary>A field of a Go struct.</summary>
/// <param name="Name">Its name in templates.</param>
/// <param name="Json">Its name in JSON.</param>
/// <param name="Type">Its type.</param>
internal sealed record GoField(string Name, string Json, GoType Type)
{
    /// <summary>A field of any type; in JSON it has the same name unless another is given.</summary>
    public static GoField Field(string name, GoType type, string? json = null) => new(name, json ?? name, type);

    /// <summary>A string.</summary>
    public static GoField Text(string name, string? json = null) => Field(name, GoType.Text, json);

    /// <summary>A number.</summary>
    public static GoField Number(string name, string? json = null) => Field(name, GoType.Number, json);

    /// <summary>A boolean.</summary>
    public static GoField Truth(string name, string? json = null) => Field(name, GoType.Truth, json);

    /// <summary>A list of strings.</summary>
    public static GoField Texts(string name, string? json = null) => Field(name, GoType.Text.List, json);

    /// <summary>A map of strings.</summary>
    public static GoField TextMap(string name, string? json = null) => Field(name, GoType.Text.Map, json);
}
