namespace Quai.EndToEnd.Tests.Compose.Applications;

/// <summary>Whole applications of Debian's own programs, as folders of files: what <c>quai compose</c> makes of them is what Docker's compose makes, works, and keeps its data.</summary>
public sealed class ApplicationTests(ApplicationEngine engine) : IClassFixture<ApplicationEngine>
{
    /// <summary>Their names.</summary>
    public static TheoryData<string> Names => [.. ApplicationList.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public Task An_application_is_the_same_by_both_tools_works_changes_scales_and_keeps_its_data(string name) => engine.LifeOfAsync(name);
}
