#include "lab/signal/identifiers.h"

#include <gtest/gtest.h>

namespace vagus::lab {
namespace {

TEST(Identifies, WhatNamesDatesPlacesOrPeopleHoweverItIsWritten) {
  for (const char* fact : {"name", "First Name", "patient-id", "PATIENT_NAME", "birth_date", "Birth date", "birthdate",
                           "dob", "e.mail", "email", "mrn", "referring physician", "comment 1", "notes", "_id_"})
    EXPECT_TRUE(identifies(fact)) << fact;
}

TEST(Identifies, NotWhatOnlyHoldsSuchAWordWithinAnother) {
  for (const char* fact : {"", "_", "age", "sex", "device", "hidden", "update_rate", "resident", "named", "sensor_part",
                           "half", "placement", "noise_level", "datex"})
    EXPECT_FALSE(identifies(fact)) << fact;
}

}  // namespace
}  // namespace vagus::lab
