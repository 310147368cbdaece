using Quai.BuildClient.Progress;

namespace Quai.BuildClient.Tests;

/// <summary>Lines of a Dockerfile as people are shown them.</summary>
public sealed class SourcePlaceTests
{
    [Fact]
    public void A_line_is_shown_with_those_around_it()
    {
        var place = new SourcePlace("Dockerfile", "1\n2\n3\n4\n5\n6\n", [(3, 3)]);
        Assert.Equal(
            "Dockerfile:3\n--------------------\n   1 |     1\n   2 |     2\n   3 | >>> 3\n   4 |     4\n   5 |     5\n--------------------\n", place.Excerpt());
    }

    [Fact]
    public void The_beginning_and_the_end_are_no_trouble()
    {
        Assert.Equal("d:1\n--------------------\n   1 | >>> a\n   2 |     b\n   3 |     c\n--------------------\n", new SourcePlace("d", "a\nb\nc\nd\ne", [(1, 1)]).Excerpt());
        Assert.Equal("d:1\n--------------------\n   1 | >>> a\n--------------------\n", new SourcePlace("d", "a", [(1, 5)]).Excerpt());
        Assert.Equal("", new SourcePlace("d", "a", [(7, 7)]).Excerpt());
    }

    [Fact]
    public void Steps_of_several_builds_have_their_names()
    {
        var taken = new List<ProgressBatch>();
        var progress = new PrefixedProgress(new Collector(taken), "web");
        progress.Report(new ProgressBatch { Steps = [new StepChange("a", "[1/2] FROM x"), new StepChange("b", "exporting to image")] });
        Assert.Equal(["[web 1/2] FROM x", "[web] exporting to image"], taken[0].Steps.Select(s => s.Name));
    }

    private sealed class Collector(List<ProgressBatch> taken) : IBuildProgress
    {
        public void Report(ProgressBatch batch) => taken.Add(batch);
    }
}
