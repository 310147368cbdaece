namespace Quai.YamlFrontend;

/// <summary>An image as a small YAML file has it: <c>from: NAME</c>, <c>env:</c> and <c>files:</c> with a name and a text a line, <c>run:</c> with a command a line.</summary>
internal sealed class Recipe
{
    /// <summary>The image it begins with; empty for nothing.</summary>
    public string From { get; private set; } = "";

    /// <summary>Variables of the image.</summary>
    public List<string> Environment { get; } = [];

    /// <summary>Files by their paths.</summary>
    public List<(string Path, string Text)> Files { get; } = [];

    /// <summary>Commands to run.</summary>
    public List<string> Commands { get; } = [];

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">A line is none of a recipe's; the message names it.</exception>
    public static Recipe Read(string text)
    {
        var recipe = new Recipe();
        string part = "";
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            string trimmed = line.Trim();
            if (trimmed.Length == 0 || trimmed[0] == '#')
            {
                continue;
            }

            int colon = trimmed.IndexOf(':', StringComparison.Ordinal);
            string name = colon < 0 ? "" : trimmed[..colon], value = colon < 0 ? "" : trimmed[(colon + 1)..].Trim();
            if (line[0] != ' ')
            {
                part = name;
                recipe.From = name == "from" ? value : recipe.From;
                _ = name is "from" or "env" or "files" or "run" ? 0 : throw new FormatException($"line {number}: unknown key {trimmed}");
            }
            else if (part == "run" && trimmed.StartsWith("- ", StringComparison.Ordinal))
            {
                recipe.Commands.Add(trimmed[2..]);
            }
            else if (part == "env" && colon > 0)
            {
                recipe.Environment.Add($"{name}={value}");
            }
            else if (part == "files" && colon > 0)
            {
                recipe.Files.Add((name, value));
            }
            else
            {
                throw new FormatException($"line {number}: not understood: {trimmed}");
            }
        }

        return recipe;
    }
}
