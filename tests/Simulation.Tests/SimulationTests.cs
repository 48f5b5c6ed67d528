using QodOrleans.Core.Sessions;

namespace QodOrleans.Simulation.Tests;

/// <summary>What must always hold, held in every world (docs/decisions/simulation.md).</summary>
public sealed class SimulationTests
{
    private const int Seeds = 2_000;

    [Fact]
    public void Nothing_is_violated_and_everything_that_can_happen_does()
    {
        var runner = Runner.Run(from: 1, Seeds, Environment.ProcessorCount);

        Assert.True(runner.Violations.Count == 0, string.Join('\n', runner.Violations.Take(10).Select(one => $"seed {one.Seed}: {one.What}")));
        Assert.Equal(Seeds, runner.Seeds);
        Assert.True(runner.Sessions >= Seeds * Story.LeastSessions && runner.Choices >= Seeds * Story.LeastChoices);
        Assert.Equal(Enum.GetValues<Fault>(), Enum.GetValues<Fault>().Where(fault => runner.Faults[(int)fault] > 0));
        Assert.Equal(
            [nameof(SessionEffect.CreateAtOperator), nameof(SessionEffect.ExtendAtOperator),
                nameof(SessionEffect.LookUpAtOperator), nameof(SessionEffect.ReleaseAtOperator)],
            runner.Effects.Order());
        Assert.Equal(Pairs.Possible.Order(), runner.Pairs.Except(Pairs.Rare).Order());
    }

    /// <summary>Worlds that were violated once, too rare to be met among the first seeds: in each, a create that failed as a whole was made again under its id.</summary>
    [Theory]
    [InlineData(108_855)]
    [InlineData(207_917)]
    [InlineData(214_923)]
    [InlineData(216_291)]
    [InlineData(217_256)]
    public void What_was_mended_stays_mended(int seed) => Assert.Null(World.Run(seed).Violation);

    [Fact]
    public void A_seed_means_one_world_byte_for_byte()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var first = World.Run(seed, isTraced: true).Trace.Text;
            Assert.True(first.Length > 10_000);
            Assert.Equal(first, World.Run(seed, isTraced: true).Trace.Text);
        }
    }

    [Fact]
    public void Seeds_differ() => Assert.NotEqual(World.Run(1, isTraced: true).Trace.Text, World.Run(2, isTraced: true).Trace.Text);
}
