using Quai.Compose.Yaml;

namespace Quai.Compose.Loading;

/// <summary>Takes values from the environment where a project names only a variable.</summary>
internal static class EnvironmentValues
{
    /// <summary>The key under which a secret's value is kept until it is read; it is never printed.</summary>
    public const string SecretValue = "x-#value";

    /// <summary>Applies this to services' variables in lists, to secrets and to configs.</summary>
    public static void Resolve(ComposeMapping root, IReadOnlyDictionary<string, string> environment)
    {
        foreach (ComposeMapping service in All(root["services"]))
        {
            if (service["environment"] is ComposeSequence variables)
            {
                service["environment"] = Resolve(variables, environment, keepsUnset: true);
            }
        }

        foreach (ComposeMapping config in All(root["configs"]))
        {
            if (config["environment"] is ComposeScalar { Kind: ScalarKind.Text } name && environment.TryGetValue(name.Text, out string? value))
            {
                config["content"] = ComposeScalar.Of(value, name.Place);
            }
        }

        foreach (ComposeMapping secret in All(root["secrets"]))
        {
            if (secret["environment"] is ComposeScalar { Kind: ScalarKind.Text } name && environment.TryGetValue(name.Text, out string? value))
            {
                secret[SecretValue] = ComposeScalar.Of(value, name.Place);
            }
        }
    }

    /// <summary>Variables with the values that they have outside.</summary>
    public static ComposeNode Resolve(ComposeNode variables, IReadOnlyDictionary<string, string> environment, bool keepsUnset)
    {
        if (variables is ComposeSequence sequence)
        {
            return new ComposeSequence(sequence.Items.OfType<ComposeScalar>().Where(item => keepsUnset || item.Text.Contains('=', StringComparison.Ordinal) || environment.ContainsKey(item.Text))
                .Select(item => item.Text.Contains('=', StringComparison.Ordinal) || !environment.TryGetValue(item.Text, out string? value) ? item : ComposeScalar.Of($"{item.Text}={value}", item.Place)))
            { Place = variables.Place };
        }

        if (variables is not ComposeMapping mapping)
        {
            return variables;
        }

        foreach (string key in mapping.Keys.Where(key => mapping[key]!.IsNull))
        {
            if (environment.TryGetValue(key, out string? value))
            {
                mapping[key] = ComposeScalar.Of(value, mapping[key]!.Place);
            }
            else if (!keepsUnset)
            {
                mapping.Remove(key);
            }
        }

        return mapping;
    }

    private static IEnumerable<ComposeMapping> All(ComposeNode? node) => (node as ComposeMapping)?.Entries.Values.OfType<ComposeMapping>() ?? [];
}
