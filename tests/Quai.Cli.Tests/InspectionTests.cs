using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Objects;
using Quai.Cli.Objects.Types;
using Quai.Templates;
using Xunit;

namespace Quai.Cli.Tests;

/// <summary>Templates over objects as a real Docker Engine sent them, with what the docker 28 client printed of each.</summary>
public sealed class InspectionTests
{
    /// <summary>One line of <c>templates.jsonl</c> each.</summary>
    public static TheoryData<string> Cases => [.. global::System.IO.File.ReadAllLines(Data("templates.jsonl"))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void PrintsWhatDockerPrints(string line)
    {
        JsonElement expected = JsonDocument.Parse(line).RootElement;
        JsonElement json = JsonDocument.Parse(global::System.IO.File.ReadAllBytes(Data(expected.GetProperty("object").GetString() + ".json"))).RootElement;
        string output, error = "";
        int code = 0;
        try
        {
            Template template = Inspection.Parse(expected.GetProperty("template").GetString()!);
            output = "\n";
            output = Inspection.Execute(template, new Inspection.Found(TypeOf(expected.GetProperty("shape").GetString()!), json)) + "\n";
        }
        catch (ExitException exit)
        {
            output = exit.Code == 64 ? "" : "\n";
            error = exit.Message + "\n";
            code = exit.Code;
        }

        Assert.Equal(expected.GetProperty("error").GetString(), error);
        Assert.Equal(expected.GetProperty("output").GetString(), output);
        Assert.Equal(expected.GetProperty("code").GetInt32(), code);
    }

    [Fact]
    public void IndentsWithoutTouchingValues()
    {
        var text = new global::System.Text.StringBuilder();
        JsonIndent.Append(text, """{"a":[1,{"b":"x{,:\"]"}],"c":{},"d":[ ],"e":"\u003c"}""", 0);
        Assert.Equal("{\n    \"a\": [\n        1,\n        {\n            \"b\": \"x{,:\\\"]\"\n        }\n    ],\n    \"c\": {},\n    \"d\": [],\n    \"e\": \"\\u003c\"\n}", text.ToString());
    }

    private static GoStructType TypeOf(string shape) => shape switch
    {
        "Container" => ContainerTypes.Container,
        "Image" => ImageTypes.Image,
        "Network" => NetworkTypes.Network,
        _ => VolumeTypes.Volume,
    };

    private static string Data(string name) => Path.Combine(AppContext.BaseDirectory, "Data", name);
}
