using System.Text;
using Xunit;
using Quai.BuildClient.Progress;
using Quai.Cli.Builds.Progress;

namespace Quai.Cli.Tests.Builds;

/// <summary>Progress as lines.</summary>
public sealed class PlainLogTests
{
    private static readonly DateTimeOffset s_start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ShownBuild _build = new();
    private readonly PlainLog _log;

    public PlainLogTests() => _log = new PlainLog(_build);

    [Fact]
    public void A_build_is_told_step_by_step()
    {
        Assert.Equal("", Next(Step("a", "[internal] load", null, null)));
        Assert.Equal("#1 [internal] load\n", Next(Step("a", "[internal] load", 0, null)));
        Assert.Equal(
            "#1 transferring context: 2B 0.5s done\n#1 DONE 1.5s\n",
            Next(Step("a", "[internal] load", 0, 1.5) with { Statuses = [new StepStatus("a", "transferring context:", At(0.5)) { Current = 2, StartedAt = At(0), CompletedAt = At(0.5) }] }));
        Assert.Equal("\n#2 [1/2] FROM x\n#2 CACHED\n", Next(Step("b", "[1/2] FROM x", 2, 2, cached: true)));
        Assert.Equal("\n#3 [2/2] RUN y\n#3 0.250 one\n#3 1.500 tw", Next(Step("c", "[2/2] RUN y", 2, null) with { Outputs = [Output("c", "one\n", 2.25), Output("c", "tw", 3.5)] }));
        Assert.Equal("o\n#3 12.00 three\n", Next(new ProgressBatch { Outputs = [Output("c", "o\nthree\n", 14)] }));
        Assert.Equal("#3 ERROR: exit code: 3\n", Next(Step("c", "[2/2] RUN y", 2, 20, error: "exit code: 3")));
        Assert.Equal("------\n > [2/2] RUN y:\n0.250 one\n1.500 two\n12.00 three\n------\n", _build.Failures());
    }

    [Fact]
    public void A_step_that_is_left_for_another_is_taken_up_again()
    {
        Assert.Equal("#1 one\n", Next(Step("a", "one", 0, null)));
        Assert.Equal("#1 ...\n\n#2 two\n#2 DONE 1.0s\n\n#1 one\n", Next(Step("b", "two", 0, 1)));
        Assert.Equal("#1 DONE 2.0s\n", Next(Step("a", "one", 0, 2)));
    }

    [Fact]
    public void What_was_stopped_with_its_build_is_no_failure()
    {
        Assert.Equal("#1 one\n#1 CANCELED\n", Next(Step("a", "one", 0, 1, error: "process: context canceled")));
        Assert.Equal("", _build.Failures());
    }

    [Fact]
    public void A_warning_is_told_with_its_step_and_again_in_the_end()
    {
        var warning = new StepWarning("a", 1, "Rule: text (line 7)") { Detail = ["more"], Url = "https://x", Place = new SourcePlace("Dockerfile", "FROM x\n", [(1, 1)]) };
        Assert.Equal("#1 one\n#1 WARN: Rule: text (line 7)\n#1 DONE 1.0s\n", Next(Step("a", "one", 0, 1) with { Warnings = [warning] }));
        Assert.Equal("\n 1 warning found (use quai --debug to expand):\n - Rule: text (line 7)\n", new DisplayEnd(expands: false).Warnings(_build.Warnings));
        Assert.Equal(
            "\n 1 warning found:\n - Rule: text (line 7)\nmore\nMore info: https://x\nDockerfile:1\n--------------------\n   1 | >>> FROM x\n   2 |     \n--------------------\n\n",
            new DisplayEnd(expands: true).Warnings(_build.Warnings));
    }

    [Fact]
    public void The_summary_counts_what_the_Dockerfile_says()
    {
        Next(Step("a", "[internal] load", 0, 9));
        Next(Step("b", "[1/3] FROM x", 0, 0, cached: true));
        Next(Step("c", "[2/3] RUN slow", 0, 2));
        Next(Step("d", "[web 3/3] RUN slower", 0, 3));
        Next(Step("e", "exporting to image", 0, 4));
        Assert.Equal("\nTook 5.0s, 1 of 3 steps cached; slowest: [web 3/3] RUN slower 3.0s, [2/3] RUN slow 2.0s\n", DisplayEnd.Summary(_build, TimeSpan.FromSeconds(5)));
    }

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(999, "999B")]
    [InlineData(2_000, "2.00kB")]
    [InlineData(3_456_789, "3.46MB")]
    public void Sizes_have_two_digits(long bytes, string shown) => Assert.Equal(shown, ShownBuild.Bytes(bytes));

    private static DateTimeOffset At(double seconds) => s_start.AddSeconds(seconds);

    private static StepOutput Output(string step, string text, double at) => new(step, 1, Encoding.UTF8.GetBytes(text), At(at));

    private static ProgressBatch Step(string id, string name, double? start, double? end, bool cached = false, string error = "") => new()
    {
        Steps = [new StepChange(id, name) { StartedAt = start is { } s ? At(s) : null, CompletedAt = end is { } e ? At(e) : null, IsCached = cached, Error = error }],
    };

    private string Next(ProgressBatch batch)
    {
        _build.Take(batch);
        return _log.Next();
    }
}
