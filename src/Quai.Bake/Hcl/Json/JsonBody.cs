namespace Quai.Bake.Hcl.Json;

/// <summary>A body in HCL's JSON syntax: which members are blocks depends on what is looked for.</summary>
internal sealed class JsonBody : Body
{
    private readonly IReadOnlyList<JsonMember> _members;
    private readonly SourceRange _missing;

    private JsonBody(IReadOnlyList<JsonMember> members, SourceRange missing) => (_members, _missing) = (members, missing);

    public override SourceRange MissingItemRange => _missing;

    /// <summary>Reads a file.</summary>
    /// <exception cref="BakeException">It is not JSON, or neither an object nor an array of objects.</exception>
    public static JsonBody Parse(SourceText source) => Of(JsonParser.Parse(source));

    public override IEnumerable<HclAttribute> Attributes(IReadOnlyCollection<string> blockTypes)
    {
        Dictionary<string, SourceRange> places = [];
        foreach (JsonMember member in _members.Where(member => member.Name != "//" && !blockTypes.Contains(member.Name)))
        {
            if (places.TryGetValue(member.Name, out SourceRange before))
            {
                throw Diagnostics.Error("Duplicate argument", $"The argument \"{member.Name}\" was already set at {before.ToPlace()}.", member.NameRange);
            }

            places[member.Name] = member.NameRange;
            yield return new(member.Name, new JsonExpression(member.Value), member.NameRange, SourceRange.Between(member.NameRange, member.Value.Range));
        }
    }

    public override IEnumerable<HclBlock> Blocks(string type, int labels) =>
        _members.Where(member => member.Name == type).SelectMany(member => labels == 0
            ? Bodies(member.Value).Select(body => new HclBlock(type, [], [], member.NameRange, body))
            : Objects(member.Value).SelectMany(labelled => labelled.Members)
                .SelectMany(label => Bodies(label.Value).Select(body => new HclBlock(type, [label.Name], [label.NameRange], label.NameRange, body))));

    private static IEnumerable<JsonObject> Objects(JsonNode node) => node switch
    {
        JsonObject one => [one],
        JsonArray array => array.Items.Select(item => item as JsonObject ?? throw Incorrect(item)),
        JsonWord { Text: "null" } => [],
        _ => throw Incorrect(node),
    };

    private static IEnumerable<JsonBody> Bodies(JsonNode node) => node switch
    {
        JsonObject => [Of(node)],
        JsonArray array => array.Items.Select(item => Of(item)),
        JsonWord { Text: "null" } => [],
        _ => throw Diagnostics.Error("Incorrect JSON value type", "Either a JSON object or a JSON array is required here, to define arguments and child blocks.", node.Range),
    };

    private static JsonBody Of(JsonNode node) => node switch
    {
        JsonObject one => new(one.Members, node.Range),
        JsonArray array => new([.. array.Items.SelectMany(item => (item as JsonObject ?? throw Incorrect(item)).Members)], node.Range),
        _ => throw Diagnostics.Error("Root value must be object", "The root value in a JSON-based configuration must be either a JSON object or a JSON array of objects.", node.Range),
    };

    private static BakeException Incorrect(JsonNode node) =>
        Diagnostics.Error("Incorrect JSON value type", "A JSON object is required here, to define labels for the block.", node.Range);
}
