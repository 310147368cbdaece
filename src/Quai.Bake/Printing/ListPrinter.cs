using Quai.Bake.Plans;

namespace Quai.Bake.Printing;

/// <summary>Prints lists of targets and variables.</summary>
internal static class ListPrinter
{
    /// <summary>Targets and groups, but for those whose names begin with an underscore.</summary>
    public static string Targets(BakeDefinition definition, bool isJson)
    {
        List<(string Name, string Description, bool IsGroup)> all = [];
        all.AddRange(definition.Targets.Select(target => (target.Name, target.Description, false)));
        all.AddRange(definition.Groups.Select(group => (group.Name, Describe(group), true)));
        all.RemoveAll(one => one.Name.StartsWith('_'));
        (string Name, string Description, bool IsGroup)[] sorted = [.. all.OrderBy(one => one.Name, StringComparer.Ordinal)];
        if (!isJson)
        {
            return TabTable.Format([["TARGET", "DESCRIPTION"], .. sorted.Select(one => (string[])[one.Name, one.Description])]);
        }

        JsonIndenter json = new();
        if (sorted.Length == 0)
        {
            return "null\n";
        }

        json.Open('[');
        foreach ((string name, string description, bool isGroup) in sorted)
        {
            json.Open('{');
            json.Member("name", name);
            json.Member("description", description.Length > 0 ? description : null);
            if (isGroup)
            {
                json.Name("group");
                json.Raw("true");
            }

            json.Close('}');
        }

        json.Close(']');
        return json + "\n";
    }

    /// <summary>Variables.</summary>
    public static string Variables(BakeDefinition definition, bool isJson)
    {
        if (!isJson)
        {
            return TabTable.Format([["VARIABLE", "TYPE", "VALUE", "DESCRIPTION"], .. definition.Variables.Select(one => (string[])[one.Name, one.Type, one.Value ?? "<null>", one.Description])]);
        }

        JsonIndenter json = new();
        json.Open('[');
        foreach (BakeVariable variable in definition.Variables)
        {
            json.Open('{');
            json.Member("name", variable.Name);
            json.Member("description", variable.Description.Length > 0 ? variable.Description : null);
            json.Member("type", variable.Type.Length > 0 ? variable.Type : null);
            json.Member("value", variable.Value);
            json.Close('}');
        }

        json.Close(']');
        return json + "\n";
    }

    private static string Describe(BakeGroup group)
    {
        string names = string.Join(", ", group.Targets.Order(StringComparer.Ordinal));
        return names.Length == 0 ? group.Description : group.Description.Length == 0 ? names : $"{group.Description} ({names})";
    }
}
