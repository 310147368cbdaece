using System.Text;

namespace Quai.Bake.Tests;

/// <summary>Files that would keep their reader busy for ever, or exhaust its stack or memory, are refused soon.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("{a=", "}")]
    [InlineData("!", "")]
    [InlineData("-", "")]
    [InlineData("\"${", "}\"")]
    [InlineData("upper(", ")")]
    [InlineData("true ? 1 : ", "")]
    [InlineData("1 + ", "")]
    [InlineData("[for x in ", " : x]")]
    public void Expressions_cannot_be_nested_too_deeply(string before, string after)
    {
        const int Times = 20_000;
        StringBuilder text = new("x = ");
        text.Insert(4, before, Times);
        text.Append('1');
        text.Append(string.Concat(Enumerable.Repeat(after, Times))).Append('\n');
        Refuses("docker-bake.hcl", text.ToString());
    }

    [Fact]
    public void Blocks_cannot_be_nested_too_deeply() => Refuses("docker-bake.hcl", string.Concat(Enumerable.Repeat("a {\n", 20_000)));

    [Fact]
    public void Json_cannot_be_nested_too_deeply() => Refuses("docker-bake.json", "{\"x\":" + new string('[', 20_000));

    [Fact]
    public void Yaml_cannot_be_nested_too_deeply() => Refuses("compose.yaml", "services: " + new string('[', 20_000));

    [Fact]
    public void Steps_into_a_value_cannot_be_too_many() => Refuses("docker-bake.hcl", "x = a" + string.Concat(Enumerable.Repeat("[0]", 20_000)) + "\n");

    [Fact]
    public void Text_that_doubles_is_refused()
    {
        StringBuilder text = new("x0 = \"0123456789\"\n");
        for (int i = 1; i < 60; i++)
        {
            text.Append($"x{i} = \"${{x{i - 1}}}${{x{i - 1}}}\"\n");
        }

        Refuses("docker-bake.hcl", text.ToString());
    }

    [Fact]
    public void Lists_that_double_are_refused()
    {
        StringBuilder text = new("x0 = [1]\n");
        for (int i = 1; i < 60; i++)
        {
            text.Append($"x{i} = [x{i - 1}, x{i - 1}]\n");
        }

        Refuses("docker-bake.hcl", text.ToString());
    }

    [Theory]
    [InlineData("x = [for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 1]]]\n")]
    [InlineData("x = setproduct(range(1000), range(1000), range(1000))\n")]
    [InlineData("x = 1e999999999\n")]
    [InlineData("x = [for a in range(1000) : [for b in range(1000) : replace(\"aaaaaaaaaaaaaaaa\", \"a\", \"bbbbbbbbbbbbbbbb\")]]\n")]
    [InlineData("x = format(\"%999999999d\", 1)\n")]
    [InlineData("x = indent(999999999, \"a\")\n")]
    public void Work_without_end_is_refused(string text) => Refuses("docker-bake.hcl", text);

    [Fact]
    public void A_matrix_cannot_have_too_many_combinations() =>
        Refuses("docker-bake.hcl", "target \"a\" {\n name = \"x\"\n matrix = { a = range(1000), b = range(1000) }\n}\n");

    [Fact]
    public void Functions_cannot_call_each_other_too_deeply()
    {
        StringBuilder text = new("function \"f0\" {\n params = [x]\n result = x\n}\n");
        for (int i = 1; i < 20_000; i++)
        {
            text.Append($"function \"f{i}\" {{\n params = [x]\n result = f{i - 1}(x)\n}}\n");
        }

        Refuses("docker-bake.hcl", text + "x = f19999(1)\n");
    }

    [Fact]
    public void Aliases_of_aliases_are_refused()
    {
        StringBuilder text = new("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 12; i++)
        {
            text.Append($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 9))}]\n");
        }

        Refuses("compose.yaml", text + "services: {}\n");
    }

    // Without a bound, none of these would come back within the life of the machine.
    private static void Refuses(string name, string text) =>
        Assert.Throws<BakeException>(() => BakeDefinition.Load([new(name, text)], new BakeOptions()));
}
