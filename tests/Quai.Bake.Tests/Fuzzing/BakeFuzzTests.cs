using System.Text;
using Quai.Bake.Plans;
using Quai.Bake.Printing;

namespace Quai.Bake.Tests.Fuzzing;

/// <summary>Files of all kinds are resolved or refused, and what is printed says the same when it is read again.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class BakeFuzzTests
{
    private static readonly string[] s_hcl =
    [
        "target \"a\" {\n", "}\n", "group \"default\" {\n", "variable \"V\" {\n", "function \"f\" {\n", "default = ", "params = [x]\n", "result = ", "args = {", "tags = [", "inherits = [\"a\"]\n",
        "matrix = { m = [1, 2] }\n", "name = \"a-${m}\"\n", "contexts = { c = \"target:a\" }\n", "${", "%{ for x in ", "%{ endfor }", "%{ if ", "%{ endif }", "<<-EOT\n", "EOT\n", "[for x in ", " : x]", "{for k, v in ",
        " => v...}", "[*]", "range(1024)", "setproduct(", "jsonencode(", "replace(", "join(\",\", ", "format(\"%099d\", ", "pow(10, 99)", "1e5000", "regex(\"(a*)*$\", ", "repeat", "target.a.args", "V", "f(", ")", " ? ", " : ", "!", "-", "(", "[", "{",
        "concat(V, V)", "flatten(", "try(", "can(", "convert(", "list(string)", "formatdate(\"YYYY\", ", "bcrypt(", "cidrsubnets(",
    ];

    private static readonly string[] s_yaml =
    [
        "services:\n", "  a:\n", "    build:\n", "      context: .\n", "      args:\n", "        - X=1\n", "&x ", "*x", "<<: *x\n", "[", "]", "{", "}", "${X:-", "$X", "!reset ", "!override ", "|\n", ">-\n", "? ", "- ", ": ", "---\n", "secrets:\n",
        "x-bake:\n", "extends: a\n", "ulimits:\n", "shm_size: 1g\n", "\t", "'", "\"",
    ];

    [Fact]
    public void Hcl_is_resolved_or_refused() => Fuzz.Holds(new Property("bake-hcl", input => Check("docker-bake.hcl", input))
    {
        Seeds = Seeds("docker-bake.hcl"),
        Mutate = TextMutator.With(s_hcl),
        Generate = TextMutator.Of(s_hcl),
        MaxAllocation = 1 << 30,
    });

    [Fact]
    public void Json_is_resolved_or_refused() => Fuzz.Holds(new Property("bake-json", input => Check("docker-bake.json", input))
    {
        Seeds = Seeds("docker-bake.json"),
        Mutate = JsonMutator.Mutate,
        MaxAllocation = 1 << 30,
    });

    [Fact]
    public void Compose_files_are_resolved_or_refused() => Fuzz.Holds(new Property("bake-compose", input => Check("compose.yaml", input))
    {
        Seeds = Seeds("compose.yaml"),
        Mutate = TextMutator.With(s_yaml),
        Generate = TextMutator.Of(s_yaml),
        MaxAllocation = 1 << 30,
    });

    [Fact]
    public void Environment_files_are_read_or_refused() => Fuzz.Holds(new Property("bake-dotenv", input =>
        BakeDefinition.Load([new("compose.yaml", "services:\n  a:\n    build: $A")], new BakeOptions { DotEnv = Encoding.UTF8.GetString(input) }))
    {
        Seeds = TextMutator.Seeds("A=b\nC=\"x ${A}\\n\"\nexport D='y'\n# z\nE", "A: b"),
        Mutate = TextMutator.With("=", "\"", "'", "${A", "}", "\n", "#", "export "),
    });

    [Fact]
    public void Overrides_are_applied_or_refused()
    {
        BakeDefinition definition = BakeDefinition.Load([new("a.hcl", "target \"app\" {\n output = [\"type=image\"]\n}\ntarget \"b\" {}\n")], new BakeOptions());
        Fuzz.Holds(new Property("bake-override", input =>
        {
            string[] parts = Encoding.UTF8.GetString(input).Split('\n');
            PlanPrinter.Print(definition.Resolve([parts[0]], parts[1..]));
        })
        {
            Seeds = TextMutator.Seeds("app\napp.args.x=y\n*.tags+=a", "*\na*.output=type=local,dest=x", "b\nb.secrets=id=a,src=b\n[a-b].pull=true"),
            Mutate = TextMutator.With("*", "[a-", "]", "?", "\\", ".", "=", "+=", "\n", "args", "output", "type=", "\"", ",", "ssh", "push=true", "load=1"),
        });
    }

    private static byte[][] Seeds(string file) =>
        [.. BakeCase.Names.Select(BakeCase.Read).Where(one => one.Files.ContainsKey(file)).Select(one => Encoding.UTF8.GetBytes(one.Files[file]))];

    private static void Check(string name, byte[] input)
    {
        BakeOptions options = new() { Environment = new Dictionary<string, string> { ["HOME"] = "/", ["V"] = "v", ["X"] = "x" } };
        BakeDefinition definition = BakeDefinition.Load([new(name, Encoding.UTF8.GetString(input))], options);
        BakeListing.Parse("type=variables,format=json").Print(definition);
        BakeListing.Parse("targets").Print(definition);
        BakePlan plan = definition.Resolve(["*"], []);
        string printed = PlanPrinter.Print(plan);
        if (plan.Groups.Keys.Any(plan.Targets.ContainsKey) || printed.Contains("${", StringComparison.Ordinal) || printed.Contains("%{", StringComparison.Ordinal))
        {
            // A group hides a target of its name; and buildx does not escape every text that it prints.
            return;
        }

        string again = PlanPrinter.Print(BakeDefinition.Load([new("docker-bake.json", printed)], new BakeOptions()).Resolve(["*"], []));
        Assert.Equal(Targets(printed), Targets(again));
    }

    private static string Targets(string printed) => printed[printed.IndexOf("\"target\": {", StringComparison.Ordinal)..];
}
