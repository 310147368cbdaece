using System.Text;
using Quai.Compose.Model;
using Quai.Compose.Printing;
using Quai.Compose.Yaml;

namespace Quai.Compose.Tests.Fuzzing;

/// <summary>Files of all kinds are loaded or refused, and what is printed is YAML.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class ComposeFuzzTests
{
    private static readonly string[] s_words =
    [
        "services:\n", "  a:\n", "    image: x\n", "    build: .\n", "    ports: [\"80:80\"]\n", "    volumes: [\"v:/v\"]\n", "&x ", "*x", "<<: *x\n", "[", "]", "{", "}", "${X:-", "$X", "!reset ", "!override ",
        "|\n", ">-\n", "? ", "- ", ": ", "---\n", "secrets:\n", "x-a: ", "    extends: a\n", "include: [compose.yaml]\n", "null", "010", "\t", "'", "\"", "    deploy: {}\n", "    env_file: compose.yaml\n",
    ];

    [Fact]
    public void Compose_files_are_loaded_or_refused() => Fuzz.Holds(new Property("compose", Check)
    {
        Seeds = [.. ComposeCase.Names.Select(ComposeCase.Read).Where(one => one.Files.ContainsKey("compose.yaml")).Select(one => Encoding.UTF8.GetBytes(one.Files["compose.yaml"]))],
        Mutate = TextMutator.With(s_words),
        Generate = TextMutator.Of(s_words),
        MaxAllocation = 1 << 30,
    });

    [Fact]
    public void Environment_files_are_read_or_refused() => Fuzz.Holds(new Property("compose-dotenv", input =>
        Load(new(("compose.yaml", "services:\n  a: {image: x, env_file: [.env, {path: .env, format: raw}]}"), (".env", Encoding.UTF8.GetString(input)))))
    {
        Seeds = TextMutator.Seeds("A=b\nC=\"x ${A}\\n\"\nexport D='y'\n# z\nE", "A: b"),
        Mutate = TextMutator.With("=", "\"", "'", "${A", "}", "\n", "#", "export "),
    });

    private static void Check(byte[] input)
    {
        string printed = ConfigPrinter.Print(Load(new(("compose.yaml", Encoding.UTF8.GetString(input)))), ConfigFormat.Yaml);
        Assert.IsType<ComposeMapping>(Assert.Single(YamlReader.Read("printed", printed)).Root);
    }

    private static ComposeProject Load(ComposeCase one) => new ComposeLoader(new CaseFiles(one)).Load(ComposeRun.RequestOf(one, out _, out _));
}
