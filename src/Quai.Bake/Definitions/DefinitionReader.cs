using Quai.Bake.Compose;
using Quai.Bake.Hcl;
using Quai.Bake.Hcl.Json;
using Quai.Bake.Hcl.Syntax;

namespace Quai.Bake.Definitions;

/// <summary>Reads files of all kinds into one definition: first the compose files, upon them the others.</summary>
internal static class DefinitionReader
{
    /// <summary>Reads the files.</summary>
    /// <exception cref="BakeException">They are wrong.</exception>
    public static Definition Read(IReadOnlyList<BakeFile> files, BakeOptions options)
    {
        ComposeReader compose = new(options);
        List<BakeFile> composeFiles = [];
        List<Body> bodies = [];
        foreach (BakeFile file in files)
        {
            if (IsCompose(file, compose))
            {
                composeFiles.Add(file);
            }
            else
            {
                bodies.Add(ReadHcl(file));
            }
        }

        Definition definition = new();
        if (composeFiles.Count > 0)
        {
            try
            {
                compose.Read(composeFiles, definition);
            }
            catch (BakeException e)
            {
                throw new BakeException($"failed to parse compose file: {e.Message}", e.Place, e);
            }
        }

        if (bodies.Count > 0)
        {
            new HclResolver(bodies, options, definition).Resolve();
        }

        foreach (GroupDraft group in definition.Groups)
        {
            group.Targets = [.. group.Targets.Distinct()];
        }

        return definition;
    }

    /// <summary>By its name's end, else by whether it is a valid compose file.</summary>
    private static bool IsCompose(BakeFile file, ComposeReader compose)
    {
        string name = file.Name.ToLowerInvariant();
        if (name.EndsWith(".yml", StringComparison.Ordinal) || name.EndsWith(".yaml", StringComparison.Ordinal))
        {
            compose.Validate(file);
            return true;
        }

        if (name.EndsWith(".json", StringComparison.Ordinal) || name.EndsWith(".hcl", StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            compose.Validate(file);
            return true;
        }
        catch (BakeException)
        {
            return false;
        }
    }

    private static Body ReadHcl(BakeFile file)
    {
        if (file.Name.EndsWith(".json", StringComparison.Ordinal))
        {
            return JsonBody.Parse(new(file.Name, file.Text));
        }

        if (file.Name.EndsWith(".hcl", StringComparison.Ordinal))
        {
            return BodyParser.Parse(new(file.Name, file.Text));
        }

        try
        {
            return BodyParser.Parse(new(file.Name + ".hcl", file.Text));
        }
        catch (BakeException)
        {
            try
            {
                return JsonBody.Parse(new(file.Name + ".json", file.Text));
            }
            catch (BakeException)
            {
                // What HCL's own syntax lacks is the better message.
            }

            throw;
        }
    }
}
