namespace Quai.Compose.Tests.Fuzzing;

/// <summary>Projects made by chance are printed as Docker's compose prints them, or both refuse them.</summary>
[Collection(nameof(DockerCompose))]
public sealed class GeneratedModelTests
{
    private const int Count = 300;

    [DockerComposeTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void They_are_what_Dockers_compose_prints(int part)
    {
        int refused = 0;
        List<string> differences = [];
        for (int seed = part; seed < Count; seed += 3)
        {
            (ComposeCase one, string text) = new ModelGenerator(seed).Make();
            string ours = ComposeRun.Print(one).TrimEnd('\n'), theirs = DockerCompose.Print(one);
            bool isRefused = theirs.StartsWith("ERROR: ", StringComparison.Ordinal);
            refused += isRefused ? 1 : 0;
            if (isRefused != ours.StartsWith("ERROR: ", StringComparison.Ordinal) || (!isRefused && ours != theirs))
            {
                differences.Add($"{text}\n--- ours\n{Different(ours, theirs)}\n--- theirs\n{Different(theirs, ours)}");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differ:\n\n{string.Join("\n\n", differences.Take(5))}");
        Assert.InRange(refused, 0, Count / 6);
    }

    private static string Different(string one, string other) => string.Join('\n', one.Split('\n').Except(other.Split('\n')).Take(12));
}
