namespace Quai.Bake.Hcl.Json;

/// <summary>A value of a JSON document with its place.</summary>
/// <param name="Range">Where it stands.</param>
internal abstract record JsonNode(SourceRange Range);

/// <summary>A string.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Range">Where it stands.</param>
internal sealed record JsonText(string Text, SourceRange Range) : JsonNode(Range);

/// <summary>A number, true, false or null, as it is written.</summary>
/// <param name="Text">What is written.</param>
/// <param name="Range">Where it stands.</param>
internal sealed record JsonWord(string Text, SourceRange Range) : JsonNode(Range);

/// <summary>An array.</summary>
/// <param name="Items">Its elements.</param>
/// <param name="Range">Where it stands.</param>
internal sealed record JsonArray(IReadOnlyList<JsonNode> Items, SourceRange Range) : JsonNode(Range);

/// <summary>An object; a name may occur more than once.</summary>
/// <param name="Members">Its members.</param>
/// <param name="Range">Where it stands.</param>
internal sealed record JsonObject(IReadOnlyList<JsonMember> Members, SourceRange Range) : JsonNode(Range);

/// <summary>A member of an object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="NameRange">Where that stands.</param>
/// <param name="Value">Its value.</param>
internal sealed record JsonMember(string Name, SourceRange NameRange, JsonNode Value);
