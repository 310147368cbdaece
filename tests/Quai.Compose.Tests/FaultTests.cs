namespace Quai.Compose.Tests;

/// <summary>What is wrong is told with its place, all of it at once.</summary>
public sealed class FaultTests
{
    [Fact]
    public void All_faults_of_a_file_are_told_with_their_places()
    {
        ComposeException e = Refused("""
            services:
              web:
                image: 5
                portz: []
              db:
                image: x
                cap_add: a
            """);
        Assert.Equal(["services.web.image", "services.web.portz", "services.db.cap_add"], e.Faults.Select(fault => fault.Path));
        Assert.Equal([3, 4, 7], e.Faults.Select(fault => fault.Place!.Line));
        Assert.Equal([12, 5, 14], e.Faults.Select(fault => fault.Place!.Column));
        Assert.Equal(["5", "portz", "a"], e.Faults.Select(fault => fault.Value));
        Assert.Equal("a string", e.Faults[0].Expected);
        Assert.All(e.Faults, fault => Assert.Equal($"{ComposeCase.ProjectFolder}/compose.yaml", fault.Place!.File));
    }

    [Fact]
    public void All_undefined_references_are_told()
    {
        ComposeException e = Refused("""
            services:
              web:
                image: x
                networks: [n]
                volumes: ["vol:/v"]
                secrets: [s]
                configs: [c]
                depends_on: [d]
            """);
        Assert.Equal(5, e.Faults.Count);
        Assert.Equal([4, 5, 6, 7, 8], e.Faults.Select(fault => fault.Place!.Line).Order());
    }

    [Fact]
    public void All_variables_that_are_missing_are_told()
    {
        ComposeException e = Refused("services:\n  web: {image: '${A?one}', hostname: '${B:?two}', tty: '${C-maybe}'}");
        Assert.Equal(["services.web.image", "services.web.hostname", "services.web.tty"], e.Faults.Select(fault => fault.Path));
        Assert.Equal("error while interpolating services.web.hostname: required variable B is missing a value: two", e.Faults[1].Message);
        Assert.Equal("a boolean", e.Faults[2].Expected);
    }

    [Fact]
    public void Elements_are_counted()
    {
        ComposeFault fault = Assert.Single(Refused("services:\n  web: {image: x, ports: ['80:80', 'x:y']}").Faults);
        Assert.Equal("services.web.ports[1]", fault.Path);
        Assert.Equal("x:y", fault.Value);
        Assert.Equal(new ComposePlace($"{ComposeCase.ProjectFolder}/compose.yaml", 2, 36), fault.Place);
    }

    [Fact]
    public void A_fault_of_an_included_file_names_that_file()
    {
        ComposeException e = Refused(("compose.yaml", "include: [a.yaml]\nservices: {}"), ("a.yaml", "services:\n  b: {image: []}"));
        Assert.Equal($"{ComposeCase.ProjectFolder}/a.yaml", Assert.Single(e.Faults).Place!.File);
    }

    [Theory]
    [InlineData("include: ['https://github.com/a/b.git']\nservices: {}")]
    [InlineData("include: ['oci://docker.io/a/b']\nservices: {}")]
    [InlineData("services:\n  a: {extends: {file: 'git@github.com:a/b.git', service: x}}")]
    public void Compose_files_from_elsewhere_are_asked_for(string text) => Assert.Contains("are not fetched here", Refused(text).Message, StringComparison.Ordinal);

    private static ComposeException Refused(string text) => Refused(("compose.yaml", text));

    private static ComposeException Refused(params (string Name, string Text)[] files)
    {
        ComposeCase one = new(files);
        return Assert.Throws<ComposeException>(() => new ComposeLoader(new CaseFiles(one)).Load(ComposeRun.RequestOf(one, out _, out _)));
    }
}
