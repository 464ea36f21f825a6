import { fleetCampaigns } from './support/fleet-campaign.js';
import { freezes } from './troubles/freezes.js';
import { kills } from './troubles/kills.js';
import { lostAnswers } from './troubles/lost-answers.js';
import { lostDatabase } from './troubles/lost-database.js';
import { lostQueue } from './troubles/lost-queue.js';
import { networkCuts } from './troubles/network-cuts.js';
import { rollingRestarts } from './troubles/rolling-restarts.js';

fleetCampaigns([kills, freezes, lostQueue, lostDatabase, lostAnswers, networkCuts, rollingRestarts]);
