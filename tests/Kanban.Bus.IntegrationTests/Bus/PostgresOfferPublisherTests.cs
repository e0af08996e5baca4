using Kanban.Bus.IntegrationTests.Storage;
using Kanban.Bus.Tests.Hosting.Bus;

namespace Kanban.Bus.IntegrationTests.Bus;

public sealed class PostgresOfferPublisherTests : OfferPublisherSpec<PostgresStore>;
