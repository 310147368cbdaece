using System.Diagnostics;

namespace Quai.EndToEnd.Tests.Harness;

/// <summary>Waits for what is seen from outside only: the kernel and other programs send no notice.</summary>
public static class Eventually
{
    /// <summary>Asks again until the answer is null, and fails with the last answer when that takes longer than <paramref name="patience"/> (20 s by default; see <see cref="TestEnvironment.Slowness"/>).</summary>
    public static async Task HoldsAsync(Func<Task<string?>> complaint, TimeSpan? patience = null)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            string? answer = await complaint();
            if (answer is null)
            {
                return;
            }

            if (clock.Elapsed > (patience ?? TimeSpan.FromSeconds(20)) * TestEnvironment.Slowness)
            {
                Assert.Fail(answer);
            }

            await Task.Delay(25);
        }
    }

    /// <inheritdoc cref="HoldsAsync(Func{Task{string?}}, TimeSpan?)"/>
    public static Task HoldsAsync(Func<string?> complaint, TimeSpan? patience = null) => HoldsAsync(() => Task.FromResult(complaint()), patience);
}
