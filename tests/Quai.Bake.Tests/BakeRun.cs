using Quai.Bake.Printing;

namespace Quai.Bake.Tests;

/// <summary>Does with the library what <c>bake --print</c> and <c>bake --list</c> do.</summary>
internal static class BakeRun
{
    /// <summary>What is printed: a result, or the message of an error.</summary>
    public static string Print(BakeCase one)
    {
        List<string> files = [], overrides = [], targets = [];
        string? list = null;
        for (int i = 0; i < one.Arguments.Count; i++)
        {
            switch (one.Arguments[i])
            {
                case "-f":
                    files.Add(one.Arguments[++i]);
                    break;
                case "--set":
                    overrides.Add(one.Arguments[++i]);
                    break;
                case "--push":
                    overrides.Add("*.push=true");
                    break;
                case "--load":
                    overrides.Add("*.load=true");
                    break;
                case "--list":
                    list = one.Arguments[++i];
                    break;
                default:
                    targets.Add(one.Arguments[i]);
                    break;
            }
        }

        try
        {
            IReadOnlyList<BakeFile> read = BakeFileLookup.Read(new CaseFiles(one.Files), files);
            BakeDefinition definition = BakeDefinition.Load(read, new BakeOptions { Environment = one.Environment, DotEnv = one.Files.GetValueOrDefault(".env") });
            return list is null ? PlanPrinter.Print(definition.Resolve(targets, overrides)) : BakeListing.Parse(list).Print(definition).TrimEnd('\n');
        }
        catch (BakeException e)
        {
            return "ERROR: " + e.Message;
        }
    }

    private sealed class CaseFiles(Dictionary<string, string> files) : IBakeFiles
    {
        public string? Read(string name) => files.GetValueOrDefault(name);
    }
}
